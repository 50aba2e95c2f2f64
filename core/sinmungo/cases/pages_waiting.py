"""What waits from the portal, as a file."""

from litestar import Controller, Response, get
from litestar.params import FromPath

from sinmungo.cases import pages_look, service
from sinmungo.cases.permissions import INTAKE
from sinmungo.web.access import heavy, needs
from sinmungo.web.sheets import Column, download_list
from sinmungo.web.types import CtxDep

_COLUMNS = (
    Column("접수시한", 18, "datetime"),
    Column("지남", 8),
    Column("신청번호", 18),
    Column("업체명", 24),
    Column("신청인", 12),
    Column("분야", 14),
    Column("요지", 50),
    Column("신청일시", 18, "datetime"),
)


class WaitingFileController(Controller):
    """`/office/cases/submissions/file`: the list of submissions that nobody has registered."""

    path = "/submissions/file"

    @get("/{kind:str}", opt=heavy(needs(INTAKE)))
    async def file(self, ctx: CtxDep, kind: FromPath[str]) -> Response[bytes]:
        """Hand out the rows of the list; names of persons stay masked."""
        words = await pages_look.look(ctx)
        cells = [
            (
                row.register_by,
                "지남" if row.late else None,
                row.receipt_no,
                row.company_name,
                row.caller_mask,
                words.category(row.category),
                row.summary,
                row.submitted_at,
            )
            for row in await service.list_waiting(ctx)
        ]
        return download_list("포털접수대기", "포털 접수 대기", _COLUMNS, cells, kind, "건")
