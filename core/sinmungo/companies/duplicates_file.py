"""Likely duplicates as a file, for looking them through with the departments."""

from litestar import Controller, Response, get
from litestar.params import FromPath

from sinmungo import clock
from sinmungo.companies import duplicates
from sinmungo.companies.permissions import MERGE
from sinmungo.companies.queries import CompanyHit
from sinmungo.text import business_no
from sinmungo.web.access import heavy, needs
from sinmungo.web.sheets import Column, Row, Sheet, download, file_kind
from sinmungo.web.types import CtxDep

_COLUMNS = (
    Column("업체명", 24, group="첫째 업체"),
    Column("사업자등록번호", 16, group="첫째 업체"),
    Column("업체명", 24, group="둘째 업체"),
    Column("사업자등록번호", 16, group="둘째 업체"),
    Column("까닭", 30),
    Column("사업자등록번호가 다름", 20),
)


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
        sheet = Sheet("중복으로 보이는 업체", _COLUMNS, cells, clock.today(), (), "쌍")
        return download("중복업체", [sheet], file_kind(kind))


def _company(hit: CompanyHit) -> Row:
    return (hit.name, business_no.display(hit.business_no) if hit.business_no else None)
