"""Taking a call on one page, in the order of the call; and what waits from the portal."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo.cases import pages_look, service
from sinmungo.cases.extra import row_prefix
from sinmungo.cases.labels import OPEN
from sinmungo.cases.pages_extra import row_questions, with_extra
from sinmungo.cases.pages_look import Look
from sinmungo.cases.permissions import ASSIGN, INTAKE, WORK
from sinmungo.cases.types import CaseQuery, DeskRow, Intake, IntakeRow, RegisteredCase
from sinmungo.companies.queries import CompanyHit
from sinmungo.companies.service import company_brief, find
from sinmungo.errors import InvalidError, RefusedError
from sinmungo.forms.asking import as_typed, told
from sinmungo.host.context import Ctx
from sinmungo.text import dates, phone
from sinmungo.text.normalise import company_key
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, Gather, query_form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

NOW = "지금"
_SAVES = ("REGISTER", "ASSIGN", "CLOSE")
_SAID = {
    "REGISTER": "접수했습니다.",
    "ASSIGN": "접수해 배정했습니다.",
    "CLOSE": "안내하고 종결했습니다.",
}
_FIELDS = {
    "company_id": "company_name",
    "business_no": "company_name",
    "received_at": "received",
    "lead_unit_id": "place",
    "officer_id": "place",
    "rows-0-petition_type": "petition_type",
}
_ROW = ("category", "content", "priority")
OPTIONS = 8
_LOOK_AT = 40


class IntakeController(Controller):
    """`/office/cases/new` and `/office/cases/submissions`."""

    @get("/new", opt=needs(INTAKE))
    async def new(
        self,
        request: Req,
        ctx: CtxDep,
        submission: FromQuery[UUID | None] = None,
        company: FromQuery[UUID | None] = None,
    ) -> Response[str]:
        """Show the empty page, or one filled from a submission or for a known company."""
        look = await pages_look.look(ctx)
        form = _blank(ctx, look)
        if company is not None:
            form |= {
                "company_id": str(company),
                "company_name": (await company_brief(ctx, company)).name,
            }
        if submission is not None:
            form |= await _from_submission(ctx, submission)
        return await _page(request, ctx, look, Form(form))

    @post("/new", opt=needs(INTAKE))
    async def save(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Register what was said; or, without JavaScript, find the company or add a row."""
        form, look = await read_form(request), await pages_look.look(ctx)
        if form["act"] not in _SAVES:
            more = 1 if form["act"] == "ROW" else 0
            return await _page(request, ctx, look, form, more=more)
        try:
            await _check_chosen(ctx, form)
            async with ctx.db.savepoint():
                intake = await with_extra(ctx, _intake(form), _rows(form), form)
                made = await service.register(ctx, intake)
        except InvalidError as error:
            return await _page(request, ctx, look, form, errors=_renamed(error.errors))
        except RefusedError as error:
            return await _page(request, ctx, look, form, errors={"company_name": error.message})
        return see_other(f"/office/cases/{made[0].id}", _said(made, form["act"], look))

    @get("/new/received", opt=needs(INTAKE))
    async def received(self, request: Req, received: FromQuery[str] = "") -> Response[str]:
        """Say how a typed time was understood."""
        return page(request, "cases/_received.html", received=_echo(received))

    @get("/new/known", opt=needs(INTAKE))
    async def known(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the open cases of the chosen company, same category first."""
        form = query_form(request)
        chosen = {row.get("category", "") for row in form.rows("rows")}
        look = await pages_look.look(ctx)
        known = await _open_cases(ctx, _chosen_id(form), chosen)
        return page(request, "cases/_known.html", look=look, **known)

    @post("/new/questions", opt=needs(INTAKE), status_code=200)
    async def questions(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show what the city asks about the rows as they stand; by POST, they hold texts."""
        form, look = await read_form(request), await pages_look.look(ctx)
        words = look.words.categories
        extra = await row_questions(ctx, _rows(form), form, words, as_typed_rows=True)
        return page(request, "cases/_row_questions.html", extra=extra)

    @get("/submissions", opt=needs(INTAKE))
    async def submissions(self, request: Req, ctx: CtxDep) -> Response[str]:
        """List what companies sent and nobody has registered yet."""
        return page(
            request,
            "cases/submissions.html",
            look=await pages_look.look(ctx),
            rows=await service.list_waiting(ctx),
        )

    @get("/submissions/{submission_id:uuid}", opt=needs(INTAKE))
    async def submission(
        self, request: Req, ctx: CtxDep, submission_id: FromPath[UUID]
    ) -> Response[str]:
        """Show one submission; who looked is kept."""
        sent = await service.submission(ctx, submission_id)
        look = await pages_look.look(ctx)
        return page(request, "cases/submission.html", look=look, sent=sent, told=told(sent.answers))


def _blank(ctx: Ctx, look: Look) -> dict[str, str]:
    return {
        "place": f"{ctx.me.unit_id}:",
        "channel": look.words.default_channel,
        "petition_type": look.words.default_petition_type,
        "received": NOW,
    }


async def _from_submission(ctx: Ctx, submission_id: UUID) -> dict[str, str]:
    sent = await service.submission(ctx, submission_id)
    return {
        "submission": str(sent.id),
        "company_name": sent.company_name,
        "business_no": sent.business_no or "",
        "caller": sent.caller,
        "phone": phone.display(sent.phone) if sent.phone else "",
        "email": sent.email,
        "channel": sent.channel,
        "rows-0-category": sent.category or "",
        "rows-0-content": sent.content,
        **as_typed(sent.answers, row_prefix(0)),
    }


def _rows(form: Form) -> list[dict[str, str]]:
    """Return the rows in which something was written; their place is their index from now on.

    `index` is where a row stood in the form.
    """
    rows = [
        {"index": str(index)} | {name: r.get(name, "") for name in _ROW}
        for index, r in form.indexed("rows").items()
    ]
    return [row for row in rows if row["category"] or row["content"]]


def _intake(form: Form) -> Intake:
    gather = Gather()
    typed = form["received"]
    received = (
        None if typed in {"", NOW} else gather.take("received", dates.parse_datetime, typed, None)
    )
    gather.done()
    unit_id, officer_id = pages_look.place_ids(form["place"])
    return Intake(
        company_id=_chosen_id(form),
        company_name=form.optional("company_name"),
        business_no=form.optional("business_no"),
        channel=form.optional("channel"),
        caller=form.optional("caller"),
        phone=form.optional("phone"),
        email=form.optional("email"),
        received_at=received,
        lead_unit_id=unit_id,
        officer_id=officer_id,
        rows=[
            IntakeRow(
                category=row["category"],
                content=row["content"],
                petition_type=form.optional("petition_type"),
                priority="HIGH" if row["priority"] == "HIGH" else None,
            )
            for row in _rows(form)
        ],
        then=form["act"],  # type: ignore[arg-type]
        answer=form.optional("answer"),
        submission_id=form.uuid("submission"),
    )


def _chosen_id(form: Form) -> UUID | None:
    try:
        return form.uuid("company_id")
    except InvalidError:
        return None


def _renamed(errors: dict[str, str]) -> dict[str, str]:
    return {_FIELDS.get(field, field): text for field, text in errors.items()}


def _echo(typed: str) -> tuple[str, str]:
    """Return what was understood and what was not, one of them empty."""
    if typed.strip() in {"", NOW}:
        return "", ""
    try:
        return dates.datetime_ko(dates.parse_datetime(typed)), ""
    except dates.DateError as error:
        return "", error.message


def _saves(ctx: Ctx) -> list[dict[str, str]]:
    """Return the buttons this person may press; the first is what Enter does."""
    saves = [
        ("REGISTER", "접수", INTAKE),
        ("ASSIGN", "접수·배정", ASSIGN),
        ("CLOSE", "안내 후 바로 종결", WORK),
    ]
    return [
        {"text": text, "name": "act", "value": act, "kind": "tertiary" if act == "CLOSE" else ""}
        for act, text, permission in saves
        if ctx.me.may(permission)
    ]


def _said(made: list[RegisteredCase], act: str, look: Look) -> str:
    numbers = ", ".join(f"{c.case_no}({look.category(c.category)})" for c in made)
    due = "" if act == "CLOSE" else f" 처리기한은 {look.until(min(c.due_at for c in made))}입니다."
    return f"{numbers} {_SAID[act]}{due}"


async def _companies(ctx: Ctx, form: Form) -> tuple[list[CompanyHit], str]:
    """Return what the typed name finds, and the id of the company that saving would choose."""
    typed = form["company_name"]
    hits = await find(ctx, typed, OPTIONS) if typed else []
    if "company_id" in form:
        return hits, form["company_id"]
    same = [hit for hit in hits if hit.name_key == company_key(typed) and hit.state == "ACTIVE"]
    return hits, str(same[0].id) if len(same) == 1 else ""


async def _check_chosen(ctx: Ctx, form: Form) -> None:
    """Refuse a company chosen for another name than the one typed since; fast hands do that."""
    chosen, typed = _chosen_id(form), form["company_name"]
    if chosen and typed and chosen not in {hit.id for hit in await find(ctx, typed, _LOOK_AT)}:
        raise InvalidError({"company_name": "고른 업체와 적은 이름이 다릅니다. 다시 골라 주세요."})


async def _open_cases(ctx: Ctx, company_id: UUID | None, chosen: set[str]) -> dict[str, Any]:
    """Return the company's open cases for `_known.html`, those of a chosen category first."""
    rows: list[DeskRow] = []
    if company_id is not None:
        found = await service.search(ctx, CaseQuery(company_id=company_id), with_total=False)
        rows = [row for row in found.rows if row.status in OPEN]
    same = [row for row in rows if row.category in chosen]
    return {"same": same, "others": [row for row in rows if row.category not in chosen]}


async def _page(
    request: Req,
    ctx: Ctx,
    look: Look,
    form: Form,
    *,
    errors: dict[str, str] | None = None,
    more: int = 0,
) -> Response[str]:
    rows = _rows(form)
    rows += [dict.fromkeys(_ROW, "")] * (more + (not rows))
    hits, form["company_id"] = await _companies(ctx, form)
    known = await _open_cases(ctx, _chosen_id(form), {row["category"] for row in rows})
    return page(
        request,
        "cases/intake.html",
        status=422 if errors else 200,
        look=look,
        form=form,
        errors=errors or {},
        rows=rows,
        found=hits,
        typed=form["company_name"],
        extra=await row_questions(ctx, rows, form, look.words.categories, errors=errors),
        places=pages_look.places(await service.assignees(ctx)),
        received=_echo(form["received"]),
        saves=_saves(ctx),
        **known,
    )
