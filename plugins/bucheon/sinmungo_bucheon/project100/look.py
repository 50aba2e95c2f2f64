"""What every screen of the project shares: its tabs, and who may do what."""

from typing import Any
from uuid import UUID

from litestar import Response

from sinmungo.sdk import Ctx, Form, Req, page
from sinmungo_bucheon.project100 import board, cadence, service
from sinmungo_bucheon.project100.models import ACTIVE, STATUSES
from sinmungo_bucheon.project100.permissions import CONTACT, MANAGE
from sinmungo_bucheon.project100.queries import RoundRow

HOME = "/office/bucheon/project100"
MINE = "me"
TABS = (
    ("board", "한눈에", HOME),
    ("overdue", "연락할 곳", f"{HOME}/overdue"),
    ("regulations", "규제", f"{HOME}/regulations"),
    ("year", "연말 정리", f"{HOME}/year"),
    ("rounds", "회차·주기", f"{HOME}/rounds"),
)


def show(
    request: Req, ctx: Ctx, name: str, *, here: str = "", status: int = 200, **values: Any
) -> Response[str]:
    """Answer with a screen of the project; `here` is the tab it belongs to."""
    tabs = [{"title": title, "href": href, "current": code == here} for code, title, href in TABS]
    return page(
        request,
        f"bucheon/project100/{name}.html",
        status=status,
        home=HOME,
        project_tabs=tabs,
        may_manage=ctx.me.may(MANAGE),
        may_contact=ctx.me.may(CONTACT),
        **values,
    )


async def officer_options(ctx: Ctx) -> list[tuple[UUID, str]]:
    """Return the officers for a choice, each with the companies one looks after already."""
    held = await board.loads(ctx)
    return [
        (person.id, f"{person} ({unit}) · 전담 {held.get(person.id, 0)}개사")
        for person, unit in await service.active_officers(ctx)
    ]


async def holders(ctx: Ctx) -> list[tuple[UUID, str]]:
    """Return those who look after companies now, each with how many."""
    held = await board.loads(ctx)
    return [
        (person.id, f"{person} ({held[person.id]}개사)")
        for person, _ in await service.active_officers(ctx)
        if person.id in held
    ]


async def officer_filter(ctx: Ctx) -> list[tuple[str, str]]:
    """Return the choices of a list's officer: oneself, and those who look after companies."""
    return [(MINE, "나"), *((str(key), title) for key, title in await holders(ctx))]


async def asked_board(ctx: Ctx, of: RoundRow, form: Form) -> tuple[board.Board, Form]:
    """Return a round with the companies that a form asks for, and what was understood of it."""
    status = form["status"] if form["status"] in STATUSES else ACTIVE
    state = form["state"] if form["state"] in cadence.STATES else ""
    officer = chosen_officer(ctx, form["officer"])
    found = await board.board(ctx, of, status=status, officer_id=officer, state=state or None)
    return found, Form({**form, "round": str(of.id), "status": status, "state": state})


def chosen_officer(ctx: Ctx, text: str) -> UUID | None:
    """Return the officer that a filter names; what is no id filters nothing."""
    if text == MINE:
        return ctx.me.officer_id
    try:
        return UUID(text)
    except ValueError:
        return None
