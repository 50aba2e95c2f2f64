"""Likely duplicates and what was merged as files, for looking through with the departments."""

from litestar import Controller, Response, get
from litestar.params import FromPath

from sinmungo.companies import duplicates, merging
from sinmungo.companies.merge_pages import field_label
from sinmungo.companies.permissions import EDIT, MERGE
from sinmungo.companies.queries import CompanyHit
from sinmungo.people.service import people_by_id
from sinmungo.text import business_no
from sinmungo.web.access import heavy, needs
from sinmungo.web.sheets import Column, Row, download_list
from sinmungo.web.types import CtxDep

_COLUMNS = (
    Column("업체명", 24, group="첫째 업체"),
    Column("사업자등록번호", 16, group="첫째 업체"),
    Column("업체명", 24, group="둘째 업체"),
    Column("사업자등록번호", 16, group="둘째 업체"),
    Column("까닭", 30),
    Column("사업자등록번호가 다름", 20),
)
_MERGES = (
    Column("때", 18, "datetime"),
    Column("남은 업체", 24),
    Column("합쳐진 업체", 24),
    Column("가져온 값", 24),
    Column("누가", 16),
    Column("되돌린 때", 18, "datetime"),
)
_ALL = 100_000


class DuplicateFilePages(Controller):
    """`/office/companies/duplicates/file`."""

    path = "/duplicates/file"

    @get("/{kind:str}", opt=heavy(needs(MERGE)))
    async def file(self, ctx: CtxDep, kind: FromPath[str]) -> Response[bytes]:
        """Hand out the pairs that the page shows."""
        cells = [
            (
                *_company(pair.low),
                *_company(pair.high),
                ", ".join(duplicates.WHY[code] for code in pair.why),
                "다름" if pair.numbers_differ else None,
            )
            for pair in await duplicates.likely_pairs(ctx)
        ]
        return download_list("중복업체", "중복으로 보이는 업체", _COLUMNS, cells, kind, "쌍")


class MergeFilePages(Controller):
    """`/office/companies/merges/file`."""

    path = "/merges/file"

    @get("/{kind:str}", opt=heavy(needs(EDIT)))
    async def file(self, ctx: CtxDep, kind: FromPath[str]) -> Response[bytes]:
        """Hand out all merges, undone ones too, the newest first."""
        rows = await merging.list_merges(ctx, _ALL)
        people = await people_by_id(ctx, (r.merged_by for r in rows))
        cells = [
            (
                row.merged_at,
                row.keep_name,
                row.drop_name,
                ", ".join(field_label(f) for f in merging.CHOICES if f in row.after) or "-",
                str(people[row.merged_by]) if row.merged_by in people else None,
                row.undone_at,
            )
            for row in rows
        ]
        return download_list("합친업체", "합친 기록", _MERGES, cells, kind, "건")


def _company(hit: CompanyHit) -> Row:
    return (hit.name, business_no.display(hit.business_no) if hit.business_no else None)
