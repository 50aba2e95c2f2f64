"""Duplicates in the office: likely pairs, two records side by side, merges and their undoing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from sinmungo.companies import duplicates, merging, service
from sinmungo.companies.display import shown_value
from sinmungo.companies.models import STATES
from sinmungo.companies.permissions import EDIT, MERGE
from sinmungo.companies.queries import CompanyHit
from sinmungo.companies.record import LABELS, as_texts
from sinmungo.companies.search import find
from sinmungo.companies.service import CompanyRecord
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.people.service import people_by_id
from sinmungo.text.dates import date_ko, datetime_ko
from sinmungo.web.access import needs
from sinmungo.web.forms import Form, read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req

ROOT = "/office/companies"
_OPTIONS = 12


class DuplicatePages(Controller):
    """`/office/companies/duplicates` and `/office/companies/merges`."""

    @get("/duplicates", opt=needs(MERGE))
    async def pairs(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show records that may mean one company, the likeliest first."""
        pairs = await duplicates.likely_pairs(ctx)
        return page(request, "companies/duplicates.html", pairs=pairs, why=duplicates.WHY)

    @post("/duplicates/distinct", opt=needs(MERGE))
    async def distinct(self, request: Req, ctx: CtxDep) -> Response[Any]:
        """Remember that two records are two companies."""
        form = await read_form(request)
        one, other = form.uuid("one"), form.uuid("other")
        if one is None or other is None:
            raise InvalidError({"other": "두 업체를 골라 주세요."})
        await duplicates.say_distinct(ctx, one, other)
        return see_other(f"{ROOT}/duplicates", "서로 다른 업체로 적었습니다.")

    @get("/merges", opt=needs(EDIT))
    async def merges(self, request: Req, ctx: CtxDep) -> Response[str]:
        """Show the last merges, each with its undoing."""
        rows = await merging.list_merges(ctx)
        people = await people_by_id(ctx, (r.merged_by for r in rows))
        lines = [
            {
                "row": row,
                "at": datetime_ko(row.merged_at),
                "who": str(people[row.merged_by]) if row.merged_by in people else "",
                "undone": datetime_ko(row.undone_at) if row.undone_at else "",
                "fields": ", ".join(field_label(f) for f in merging.CHOICES if f in row.after),
            }
            for row in rows
        ]
        may_merge = ctx.me.may(MERGE)
        return page(request, "companies/merges.html", lines=lines, may_merge=may_merge)

    @post("/merges/{merge_id:uuid}/undo", opt=needs(MERGE))
    async def undo(self, request: Req, ctx: CtxDep, merge_id: FromPath[UUID]) -> Response[Any]:
        """Take a merge back and show the record that stands alone again."""
        form = await read_form(request)
        await merging.undo(ctx, merge_id, form.number("row_version") or 0)
        found = await merging.one_merge(ctx, merge_id)
        said = f"합치기를 되돌렸습니다. {found.keep_name}과(와) 따로 있습니다."
        return see_other(f"{ROOT}/{found.drop_id}", said)


class MergePages(Controller):
    """`/office/companies/{id}/merge`: another record side by side with this one, which is kept."""

    path = "/{company_id:uuid}/merge"

    @get("/", opt=needs(MERGE))
    async def show(
        self,
        request: Req,
        ctx: CtxDep,
        company_id: FromPath[UUID],
        other: FromQuery[UUID | None] = None,
    ) -> Response[str]:
        """Ask for the other company, or compare the two."""
        if other is None or other == company_id:
            return await _choose(request, ctx, company_id, "", [])
        return await _compare(request, ctx, company_id, other, Form(), {})

    @post("/find", opt=needs(MERGE))
    async def find(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[str]:
        """Find the other company; what was typed may be a number and stays out of the address."""
        typed = (await read_form(request))["q"]
        found = [hit for hit in await find(ctx, typed, _OPTIONS) if hit.id != company_id]
        return await _choose(request, ctx, company_id, typed, found)

    @post("/", opt=needs(MERGE))
    async def merge(self, request: Req, ctx: CtxDep, company_id: FromPath[UUID]) -> Response[Any]:
        """Merge the other company into this one."""
        form = await read_form(request)
        other = form.uuid("other")
        if other is None:
            return await _choose(request, ctx, company_id, "", [])
        try:
            await merging.merge(
                ctx,
                company_id,
                other,
                [f for f in merging.CHOICES if form[f"take-{f}"] == "drop"],
                keep_version=form.number("keep_version") or 0,
                drop_version=form.number("drop_version") or 0,
            )
        except InvalidError as error:
            return await _compare(request, ctx, company_id, other, form, error.errors)
        said = "한 업체로 합쳤습니다. 잘못 합쳤으면 '합친 기록'에서 되돌릴 수 있습니다."
        return see_other(f"{ROOT}/{company_id}", said)


async def _choose(
    request: Req, ctx: Ctx, company_id: UUID, typed: str, found: list[CompanyHit]
) -> Response[str]:
    return page(
        request,
        "companies/merge_choose.html",
        company=await service.company_brief(ctx, company_id),
        q=typed,
        found=found,
    )


async def _compare(
    request: Req,
    ctx: Ctx,
    keep_id: UUID,
    drop_id: UUID,
    form: Form,
    errors: Mapping[str, str],
) -> Response[str]:
    keep, drop = await service.record(ctx, keep_id), await service.record(ctx, drop_id)
    if keep.merged_into is not None or drop.merged_into is not None:
        raise service.MergedError
    await service.note_view(ctx, keep_id)
    await service.note_view(ctx, drop_id)
    return page(
        request,
        "companies/merge.html",
        status=422 if errors else 200,
        keep=keep,
        drop=drop,
        lines=_lines(keep, drop, form),
        moving=await merging.preview(ctx, keep_id, drop_id),
        errors={f"take-{f}" if f in merging.CHOICES else f: text for f, text in errors.items()},
    )


def _lines(keep: CompanyRecord, drop: CompanyRecord, form: Form) -> list[dict[str, Any]]:
    """Return a line per field with both values; what only one record knows is chosen beforehand."""
    ours, theirs = _shown(keep), _shown(drop)
    return [
        {
            "field": field,
            "label": field_label(field),
            "keep": ours[field],
            "drop": theirs[field],
            "same": ours[field] == theirs[field],
            "chosen": form[f"take-{field}"] or _likely(ours[field], theirs[field]),
        }
        for field in merging.CHOICES
        if ours[field] or theirs[field]
    ]


def _likely(ours: str, theirs: str) -> str:
    return "drop" if theirs and not ours else "keep"


def _shown(company: CompanyRecord) -> dict[str, str]:
    texts = as_texts(company.values)
    shown = {f: shown_value(f, texts[f], company.values) for f in merging.CHOICES if f in texts}
    since = f" · {date_ko(company.state_on)}" if company.state_on else ""
    return {**shown, merging.STATE: STATES[company.state] + since}


def field_label(field: str) -> str:
    """Return what a field that one may take over is called."""
    return LABELS.get(field, "운영 상태")
