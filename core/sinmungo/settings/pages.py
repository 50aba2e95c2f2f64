"""The admin's pages of settings: all groups, one group's form with its preview, its history."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo.errors import InvalidError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import FieldSpec
from sinmungo.host.setting_words import Change, changes
from sinmungo.host.types import SettingsGroup
from sinmungo.settings import service
from sinmungo.settings.permissions import MANAGE
from sinmungo.settings.queries import PAGE
from sinmungo.settings.reading import read_values
from sinmungo.settings.shown import digest, shown
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROOT = "/admin/settings"
_NO_SETTING = (ROOT, "/admin/opening", "/admin/imports", "/admin/plugins")
_SCREENS = {
    "city": ("/admin/settings/city/logo", "로고 올리기·바꾸기"),
    "sign-on": ("/admin/people/sign-on", "지금의 로그인 방법과 되돌아올 주소"),
    "cases-holidays": ("/admin/cases/holidays", "달력에서 하루씩 바꾸기"),
}
_LEADS = {
    "/admin/people": "부서와 기간, 직원의 자리와 역할.",
    "/admin/people/roles": "역할마다 할 수 있는 일.",
    "/admin/people/regional": "지역팀에게 기간을 정해 허용하는 열람.",
    "/admin/forms": "분야마다 더 묻는 것, 업체·방문에 더 적는 칸.",
    "/admin/companies": "개인정보 동의 문구와 기간.",
    "/admin/bookings": "상담 분야.",
    "/admin/experts": "자문료와 한도.",
    "/admin/retention": "파기할 것, 보류한 것, 파기한 기록.",
}
_CHANGED_AGAIN = "미리 본 뒤에 바뀐 것이 있어 다시 보여 드립니다. 확인하고 저장해 주세요."
_UNFIT = "저장되어 있던 값이 지금의 규칙에 맞지 않아 기본값을 씁니다: "


class SettingsPages(Controller):
    """`/admin/settings`."""

    @get("/", opt=needs(MANAGE))
    async def index(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show every group, and the screens where the other settings are."""
        sections: dict[str, list[SettingsGroup]] = {}
        tabs: dict[str, list[SettingsGroup]] = {}
        for group in service.groups(ctx):
            if group.tab_of:
                tabs.setdefault(group.tab_of, []).append(group)
            else:
                sections.setdefault(group.section, []).append(group)
        menu = ctx.host.menu(ctx.city, "admin")
        here = {*_NO_SETTING, *(path for path, _ in _SCREENS.values())}
        elsewhere = [m for m in menu if m.group == "관리" and m.path not in here]
        return page(
            request,
            "settings/index.html",
            sections=sections,
            tabs=tabs,
            elsewhere=[m for m in elsewhere if ctx.me.may(m.permission)],
            leads=_LEADS | {m.path: "" for m in elsewhere if m.path not in _LEADS},
        )

    @get("/{slug:str}", opt=needs(MANAGE))
    async def show(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> Response[str]:
        """Show a group's form."""
        return _form(request, await service.view(ctx, slug))

    @post("/{slug:str}", opt=needs(MANAGE), status_code=200)
    async def change(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> Response[Any]:
        """Show what would change, or save what was shown."""
        form = await read_form(request)
        now = await service.view(ctx, slug)
        values, errors = read_values(now.specs, form)
        try:
            seen = await _previewed(ctx, now, values, errors)
        except InvalidError as error:
            return _form(request, now, given=values, typed=form, errors=error.errors)
        if form["_version"] != str(now.version):
            return _stale(request, now, form, seen)
        if form["_act"] != "save" or not seen.changes:
            return _form(request, now, typed=form, seen=seen)
        if form["_seen"] != digest(now, seen.values):
            return _form(request, now, typed=form, seen=seen, problem=_CHANGED_AGAIN)
        runtime = request.app.state.runtime
        try:
            await service.save(ctx, runtime, slug, values, now.version)
        except StaleError:
            return _form(request, now, typed=form, seen=seen, status=412, problem=_CHANGED_AGAIN)
        return see_other(f"{ROOT}/{slug}", f"‘{now.group.title}’ 설정을 저장했습니다.")

    @get("/{slug:str}/history", opt=needs(MANAGE))
    async def history(
        self, request: Req, ctx: CtxDep, slug: FromPath[str], before: FromQuery[UUID | None] = None
    ) -> Response[str]:
        """Show who changed what when."""
        now = await service.view(ctx, slug)
        return await _history(request, ctx, now, before)

    @post("/{slug:str}/restore", opt=needs(MANAGE), status_code=200)
    async def restore(self, request: Req, ctx: CtxDep, slug: FromPath[str]) -> Response[str]:
        """Show the form with values of the past; saving them is a change like any other.

        `change` names the change whose values come back, `field` one to be as the product has it.
        """
        form = await read_form(request)
        now = await service.view(ctx, slug)
        try:
            given = await _wanted(ctx, now, form)
            seen = await service.preview(ctx, now, given)
        except RefusedError as error:
            return await _history(request, ctx, now, problem=error.message, status=error.status)
        except InvalidError as error:
            told = "그 값은 이제 쓸 수 없습니다. " + " ".join(error.errors.values())
            return await _history(request, ctx, now, problem=told)
        if not seen.changes:
            return await _history(request, ctx, now, problem="지금 값과 같습니다.")
        return _form(request, now, seen=seen)


async def _wanted(ctx: Ctx, now: service.View, form: Form) -> Mapping[str, Any]:
    if form["field"]:
        return {s.name: s.default for s in _open_fields(now) if s.name == form["field"]}
    return await service.former(ctx, now, form.uuid("change") or UUID(int=0))


async def _history(
    request: Req,
    ctx: Ctx,
    now: service.View,
    before: UUID | None = None,
    *,
    problem: str = "",
    status: int = 422,
) -> Response[str]:
    entries = await service.history(ctx, now, before)
    more = f"{ROOT}/{now.group.slug}/history?before={entries[-1].id}" if entries else ""
    return page(
        request,
        "settings/history.html",
        status=status if problem else 200,
        group=now.group,
        entries=entries,
        problem=problem,
        next_href=more if len(entries) == PAGE else "",
    )


async def _previewed(
    ctx: Ctx, now: service.View, values: Mapping[str, Any], errors: Mapping[str, str]
) -> service.Preview:
    """Return the preview; what the service finds wrong comes beside what could not be read."""
    found = dict(errors)
    try:
        seen = await service.preview(ctx, now, values)
    except InvalidError as error:
        raise InvalidError({**error.errors, **found}) from None
    if found:
        raise InvalidError(found)
    return seen


def _stale(request: Req, now: service.View, form: Form, seen: service.Preview) -> Response[str]:
    """Show what stands there now beside what was typed; nothing of it is lost."""
    told = "그 사이에 다른 사람이 이 설정을 바꾸었습니다. 적으신 값은 그대로 있습니다. "
    told += "아래에서 지금 저장된 값과 견주어 보고 저장해 주세요."
    return _form(request, now, typed=form, seen=seen, problem=told, status=412)


def _form(
    request: Req,
    now: service.View,
    *,
    given: Mapping[str, Any] | None = None,
    typed: Form | None = None,
    seen: service.Preview | None = None,
    errors: Mapping[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response[str]:
    values = now.values | dict(seen.values if seen else given or {})
    titles = [s.title for s in now.specs if s.name in now.unfit]
    return page(
        request,
        "settings/group.html",
        status=422 if errors else status,
        group=now.group,
        tabs=[
            {"title": g.tab, "href": f"{ROOT}/{g.slug}", "current": g is now.group}
            for g in now.tabs
        ],
        screen=_SCREENS.get(now.group.slug),
        fields=shown(now, values, typed, errors or {}),
        version=now.version,
        seen=seen,
        mark=digest(now, seen.values) if seen else "",
        errors=errors or {},
        problem=problem,
        unfit=_UNFIT + ", ".join(titles) if titles else "",
        defaults=_defaults(now),
    )


def _open_fields(now: service.View) -> list[FieldSpec]:
    """Return the fields that have a default to go back to."""
    if now.group.load is not None:
        return []
    return [s for s in now.specs if not s.secret and not s.fixed]


def _defaults(now: service.View) -> list[tuple[str, Change]]:
    """Return the fields that differ from what the product brings, in words."""
    own = _open_fields(now)
    return [(s.name, c) for s in own for c in changes(s, s.default, now.values[s.name])]
