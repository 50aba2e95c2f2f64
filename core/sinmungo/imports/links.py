"""One-time links for those whom an import brought in: each is told once, in a file to hand out."""

from uuid import UUID

import msgspec
from litestar import Response
from sqlalchemy import Uuid, bindparam, select

from sinmungo import clock
from sinmungo.errors import RefusedError
from sinmungo.host.access_log import note_download
from sinmungo.host.context import Ctx
from sinmungo.imports.models import import_keys
from sinmungo.imports.people_in import KIND
from sinmungo.people import invitations
from sinmungo.people.models import officers
from sinmungo.people.service import list_officers
from sinmungo.text.dates import datetime_ko
from sinmungo.web.sheets import Column, Sheet, download
from sinmungo_tenants import read

_COLUMNS = (
    Column("부서", 22),
    Column("이름", 12),
    Column("직위", 14),
    Column("아이디", 18),
    Column("일회용 링크", 70),
    Column("쓸 수 있는 때까지", 26),
)


class _Waiting(msgspec.Struct):
    id: UUID


_WAITING = read(
    select(officers.c.id)
    .join(import_keys, import_keys.c.subject_id == officers.c.id)
    .where(
        import_keys.c.run_id == bindparam("run_id", type_=Uuid()),
        import_keys.c.kind == KIND,
        officers.c.password_hash.is_(None),
        officers.c.state == "ACTIVE",
    ),
    _Waiting,
)


async def waiting(ctx: Ctx, run_id: UUID) -> set[UUID]:
    """Return those of a run who have not chosen a password yet."""
    return {row.id for row in await ctx.db.all(_WAITING, run_id=run_id)}


async def hand_out(ctx: Ctx, run_id: UUID) -> Response[bytes]:
    """Return a workbook of fresh one-time links; former ones of the same persons end.

    Raises RefusedError when everybody has a password already.
    """
    ids = await waiting(ctx, run_id)
    if not ids:
        raise RefusedError("모두 비밀번호를 정했습니다. 새 링크는 직원 화면에서 만들어 주세요.")
    until = datetime_ko(clock.now() + invitations.VALID)
    rows = []
    for row, person in await list_officers(ctx):
        if row.id in ids:
            link = invitations.link(ctx, await invitations.invite(ctx, row.id))
            told = (row.unit_name, person.name, person.post, row.login, link, until)
            rows.append(told)
    await note_download(ctx, "people.links", "새 직원에게 일회용 링크 전달", len(rows))
    return download("직원 일회용 링크", [Sheet("일회용 링크", _COLUMNS, rows, None)], "xlsx")
