"""합동 방문단 on the screen and as a file: each number opens the rows it is made of."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Response, get

from sinmungo.sdk import (
    Ctx,
    CtxDep,
    Form,
    Gather,
    InvalidError,
    Req,
    Sheet,
    SheetColumn,
    case_labels,
    charts,
    clock,
    date_ko,
    download,
    file_kind,
    heavy,
    needs,
    page,
    parse_date,
    query_form,
)
from sinmungo_daegu.delegation import service
from sinmungo_daegu.delegation.permissions import READ
from sinmungo_daegu.delegation.service import Asked, Cooperative, Delegation

HOME = "/office/daegu/delegation"
LEDGER = "/office/visits/ledger"
FIRST_DAY = date(2021, 1, 1)
FILTERS = ("first", "last", "agency", "as_of")
STATES = {"OPEN": "회신 대기", "REPLIED": "회신", "CLOSED": "종결"}
FOOTNOTES = (
    "접수 = 현장수용 + 검토 + 중앙부처 건의 + 미분류. 검토는 즉시처리와 부서통보를 더한 수입니다.",
    "비율은 접수에 대한 백분율이며 소수 둘째 자리에서 반올림했습니다.",
)


class DelegationPages(Controller):
    """`/office/daegu/delegation`."""

    @get("/", opt=needs(READ))
    async def show(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the rounds, the groups, and what went to ministries."""
        form = query_form(request)
        errors: dict[str, str] = {}
        try:
            asked = _asked(form)
        except InvalidError as error:
            errors, asked = error.errors, Asked(first=FIRST_DAY)
        found = await service.delegation(ctx, asked)
        everyone = Asked(first=asked.first, last=asked.last, as_of=asked.as_of)
        cooperatives = await service.cooperatives(ctx, everyone)
        return page(
            request,
            "daegu/delegation/delegation.html",
            status=422 if errors else 200,
            form=form if errors else _shown(form, asked),
            errors=errors,
            found=found,
            equation=service.equation(found),
            cooperatives=cooperatives,
            stats=_stats(form, found),
            chart=_chart(form, found),
            words=(await case_labels(ctx)).all_categories,
            states=STATES,
            tabs=_tabs(form, cooperatives),
            files=[(t, _link(form, f"/file.{k}")) for t, k in (("엑셀", "xlsx"), ("CSV", "csv"))],
            as_of=date_ko(found.as_of),
            date_of=date_ko,
            footnotes=FOOTNOTES,
        )

    @get(["/file.xlsx", "/file.csv"], opt=heavy(needs(READ)))
    async def file(self, request: Req, ctx: CtxDep) -> Response[bytes]:
        """Return the same as a file."""
        found = await service.delegation(ctx, _asked(query_form(request)))
        kind = file_kind(request.url.path.rpartition(".")[2])
        return download("합동방문단", await _sheets(ctx, found), kind)


def _asked(form: Form) -> Asked:
    gather = Gather()

    def day(field: str, default: date | None) -> date | None:
        typed = form[field]
        return gather.take(field, parse_date, typed, default) if typed else default

    asked = Asked(
        first=day("first", FIRST_DAY),
        last=day("last", None),
        agency_id=_agency(form),
        as_of=day("as_of", None),
    )
    if asked.as_of is not None:
        gather.need("as_of", asked.as_of <= clock.today(), "기준일은 오늘까지 고를 수 있습니다.")
    gather.done()
    return asked


def _agency(form: Form) -> UUID | None:
    return form.uuid("agency")


def _shown(form: Form, asked: Asked) -> Form:
    days = {"first": asked.first, "last": asked.last, "as_of": asked.as_of}
    plain = {k: f"{d.year}. {d.month}. {d.day}." for k, d in days.items() if d}
    return Form({**form, **plain})


def _link(form: Form, path: str = "", **more: str) -> str:
    kept = {name: form[name] for name in FILTERS if form[name]}
    query = urlencode({**kept, **more})
    return f"{HOME}{path}?{query}" if query else f"{HOME}{path}"


def _rows_link(form: Form, path: str, **more: str) -> str:
    """Return the page of core's ledger that lists the rows behind a number."""
    kept = {name: form[name] for name in FILTERS if form[name]}
    first = form["first"] or FIRST_DAY.isoformat()
    return f"{LEDGER}/{path}?{urlencode({**kept, 'first': first, 'kind': service.KIND, **more})}"


def _stats(form: Form, found: Delegation) -> list[dict[str, Any]]:
    stats = [
        _stat("방문", len(found.rounds), "회", _rows_link(form, "visits")),
        _stat("방문 업체", found.companies, "개사", _rows_link(form, "visits")),
        _stat("접수", found.received, "건", _rows_link(form, "items")),
    ]
    for group in found.groups:
        unit = "건" if group.share is None else f"건 ({group.share}%)"
        href = _rows_link(form, "items", outcome=group.outcome)
        stats.append(_stat(group.title, group.count, unit, href))
    return stats


def _stat(label: str, value: int, unit: str, href: str) -> dict[str, Any]:
    shown = {"label": label, "value": f"{value:,}", "unit": unit}
    return {**shown, "href": href} if value else shown


def _chart(form: Form, found: Delegation) -> charts.Donut | None:
    if not found.received:
        return None
    return charts.donut(
        [
            charts.Datum(g.title, g.count, _rows_link(form, "items", outcome=g.outcome))
            for g in found.groups
        ]
    )


def _tabs(form: Form, cooperatives: list[Cooperative]) -> list[dict[str, Any]]:
    chosen = form["agency"]
    others = Form({k: v for k, v in form.items() if k != "agency"})
    tabs: list[dict[str, Any]] = [{"title": "전체", "href": _link(others), "current": not chosen}]
    return tabs + [
        {
            "title": c.name,
            "href": _link(others, agency=str(c.id)),
            "current": chosen == str(c.id),
            "count": f"{c.received}건",
        }
        for c in cooperatives
    ]


async def _sheets(ctx: Ctx, found: Delegation) -> list[Sheet]:
    words = (await case_labels(ctx)).all_categories
    title = f"합동 방문단 추진 실적 ({service.equation(found)})"
    groups = [[g.title, g.count, g.share if g.share is not None else "-"] for g in found.groups]
    lines: list[list[Any]] = [
        ["방문(회)", len(found.rounds), None],
        ["접수", found.received, None],
        *groups,
    ]
    return [
        Sheet(title, _TOTALS, lines, found.as_of, FOOTNOTES),
        Sheet("합동 방문단 회차별 현황", _ROUNDS, [_round(r) for r in found.rounds], found.as_of),
        Sheet("중앙부처 건의", _SENT, [_sent(s, words) for s in found.sent], found.as_of),
    ]


_TOTALS = (
    SheetColumn("구분", 18),
    SheetColumn("건수", 10, "number"),
    SheetColumn("비율(%)", 10, "number"),
)
_ROUNDS = (
    SheetColumn("회차", 6, "number"),
    SheetColumn("방문일", 12, "date"),
    SheetColumn("방문번호", 14),
    SheetColumn("업체명", 24),
    SheetColumn("접수", 8, "number"),
    SheetColumn("현장수용", 9, "number"),
    SheetColumn("검토", 8, "number"),
    SheetColumn("중앙부처 건의", 12, "number"),
    SheetColumn("미분류", 8, "number"),
)
_SENT = (
    SheetColumn("방문일", 12, "date"),
    SheetColumn("업체명", 24),
    SheetColumn("접수번호", 18),
    SheetColumn("분야", 14),
    SheetColumn("내용", 46),
    SheetColumn("건의 기관", 18),
    SheetColumn("건의일", 12, "date"),
    SheetColumn("상태", 12),
)


def _round(one: service.Round) -> list[Any]:
    v = one.visit
    named = [one.number, v.visited_on, v.visit_no, v.company_name]
    review = v.handled + v.notified
    return [*named, v.received, v.on_site, review, v.proposed, v.unclassed]


def _sent(one: service.Sent, words: dict[str, str]) -> list[Any]:
    item, proposal = one.item, one.proposal
    named = [item.visited_on, item.company_name, item.case_no]
    where = [words.get(item.category, item.category), item.content, item.agency_name]
    state = [proposal.proposed_on, STATES.get(proposal.state, "")] if proposal else [None, None]
    return [*named, *where, *state]
