"""The list of companies, narrowed by place, size, state and association, on screen and as a file.

Without a filter the list is one range of an index (`service.list_companies`).
"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from sqlalchemy import Date, Text, Uuid, bindparam, func, or_, select, tuple_
from sqlalchemy.sql import ColumnElement

from sinmungo import clock
from sinmungo.companies.kept_queries import is_member
from sinmungo.companies.models import SIZE_CLASSES, STATES, companies
from sinmungo.companies.queries import HIT_COLUMNS, STANDS, CompanyHit
from sinmungo.host.access_log import download_reason, note_download
from sinmungo.host.context import Ctx
from sinmungo.text import business_no, phone
from sinmungo.web.forms import Form
from sinmungo.web.sheets import Column, FileKind, Sheet, download_pages
from sinmungo_tenants import read

_BATCH = 500
_COLUMNS = (
    Column("연번", 6, "number"),
    Column("업체명", 24),
    Column("사업자등록번호", 15),
    Column("대표자", 10),
    Column("대표전화", 15),
    Column("읍·면·동", 12, group="있는 곳"),
    Column("산업단지", 20, group="있는 곳"),
    Column("업종", 22),
    Column("종업원", 8, "number", group="규모"),
    Column("기준일", 12, "date", group="규모"),
    Column("구분", 10, group="규모"),
    Column("상태", 10),
)
_FOOTNOTES = ("대표자와 휴대전화는 일부를 가렸습니다.",)


class Filters(msgspec.Struct, frozen=True):
    """What narrows the list; None: any. Membership is asked for today."""

    dong: str | None = None
    complex: str | None = None
    size_class: str | None = None
    state: str | None = None
    agency_id: UUID | None = None

    @classmethod
    def of(cls, form: Form) -> "Filters":
        """Return the filters in a query string."""
        texts = {f: form.optional(f) for f in ("dong", "complex", "size_class", "state")}
        return cls(**texts, agency_id=form.uuid("agency"))

    @property
    def texts(self) -> dict[str, str]:
        """The filters that are set, as a query string names them."""
        names = {"agency_id": "agency"}
        given = {f: getattr(self, f) for f in self.__struct_fields__}
        return {names.get(f, f): str(v) for f, v in given.items() if v is not None}


_c = companies.c
_AGENCY = bindparam("agency_id", type_=Uuid())
_ON = bindparam("on", type_=Date())
_AFTER = (bindparam("after_key", type_=_c.name_key.type), bindparam("after_id", type_=Uuid()))


def _only(name: str) -> ColumnElement[bool]:
    wanted = bindparam(name, type_=Text())
    return or_(wanted.is_(None), _c[name] == wanted)


_WANTED = (
    STANDS,
    *(_only(name) for name in ("dong", "complex", "size_class", "state")),
    or_(_AGENCY.is_(None), is_member(_c.id, _AGENCY, _ON)),
)
FILTERED = read(
    select(*HIT_COLUMNS)
    .where(*_WANTED, or_(_AFTER[0].is_(None), tuple_(_c.name_key, _c.id) > tuple_(*_AFTER)))
    .order_by(_c.name_key, _c.id)
    .limit(bindparam("size")),
    CompanyHit,
)
COUNT = read(select(func.count()).select_from(companies).where(*_WANTED), int)


async def list_filtered(
    ctx: Ctx, filters: Filters, *, after: tuple[str, UUID] | None = None, size: int = 40
) -> list[CompanyHit]:
    """Return companies by name that fit, `after` the (name_key, id) of the last one seen."""
    key, last_id = after or (None, None)
    given = msgspec.structs.asdict(filters)
    return await ctx.db.all(
        FILTERED, **given, on=clock.today(), after_key=key, after_id=last_id, size=size
    )


async def count_filtered(ctx: Ctx, filters: Filters) -> int:
    """Return how many companies fit (개사)."""
    return await ctx.db.one(COUNT, **msgspec.structs.asdict(filters), on=clock.today())


async def list_file(ctx: Ctx, filters: Filters, kind: FileKind, reason: str) -> Response[bytes]:
    """Return the list as a file with masks, and write down who took it and why.

    Raises `InvalidError` ("reason") when no reason is given (domain.md 6).
    """
    why, number = download_reason(reason), 0

    async def pages() -> AsyncIterator[list[list[Any]]]:
        nonlocal number
        async for rows in _walk(ctx, filters):
            yield [_cells(number + at, row) for at, row in enumerate(rows, start=1)]
            number += len(rows)

    today = clock.today()
    sheet = Sheet("업체 목록", _COLUMNS, (), today, _FOOTNOTES, "개사")
    made = await download_pages(f"업체목록_{today:%Y%m%d}", sheet, pages(), kind)
    await note_download(ctx, "companies.list", why, number)
    return made


async def _walk(ctx: Ctx, filters: Filters) -> AsyncIterator[list[CompanyHit]]:
    after: tuple[str, UUID] | None = None
    while rows := await list_filtered(ctx, filters, after=after, size=_BATCH):
        yield rows
        after = (rows[-1].name_key, rows[-1].id)


def _cells(number: int, row: CompanyHit) -> list[Any]:
    return [
        number,
        row.name,
        business_no.display(row.business_no) if row.business_no else None,
        row.representative_mask,
        _phone(row.phone),
        row.dong,
        row.complex,
        row.industry,
        row.employees,
        row.employees_on,
        SIZE_CLASSES.get(row.size_class or ""),
        STATES[row.state],
    ]


def _phone(digits: str | None) -> str | None:
    """A mobile number may be a person's, so its middle is hidden."""
    if not digits:
        return None
    return phone.mask(digits) if digits.startswith("01") else phone.display(digits)
