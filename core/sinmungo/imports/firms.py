"""Which company a line means: by business number, else by name with 동 and phone, else a new one.

Companies of a block are read in one statement and kept at hand, new ones included, so that two
lines of one company make one record.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sinmungo import clock
from sinmungo.companies import queries as companies_q
from sinmungo.companies.events import CompanyAdded
from sinmungo.companies.record import CompanyValues
from sinmungo.companies.service import SUBJECT, columns_of
from sinmungo.host.context import Ctx
from sinmungo.host.events import Emission, record_past
from sinmungo.imports import queries as q
from sinmungo.imports.plan import Row
from sinmungo.imports.problems import LineProblemError
from sinmungo.imports.values import number, telephone, words
from sinmungo.text.normalise import company_key, is_initials

_STATES = {"ACTIVE": 0, "MOVED": 1, "CLOSED": 2}


def read_firm(row: Row) -> CompanyValues:
    """Return what a line tells about its company. Raises LineProblemError."""
    name = words(row.get("company"))
    if not company_key(name) or is_initials(name):
        raise LineProblemError("MISSING", "업체명이 비어 있습니다.", "company")
    return CompanyValues(
        name=name,
        business_no=_of(row, "business_no", number),
        representative=_of(row, "representative", words) or None,
        phone=None,
        address=_of(row, "address", words) or None,
        dong=_of(row, "dong", words) or None,
        complex=_of(row, "complex", words) or None,
        industry=_of(row, "industry", words) or None,
        products=_of(row, "products", words) or None,
    )


def line_phone(row: Row) -> str | None:
    """Return the telephone of a line; it may stand beside a name in one cell."""
    found: str | None = _of(row, "phone", telephone) or _of(row, "contact", telephone)
    return found


def _of(row: Row, field: str, parse: Any) -> Any:
    try:
        return parse(row.get(field))
    except LineProblemError as problem:
        problem.field = problem.field or field
        raise


class Firms:
    """The companies that a block's lines may mean."""

    def __init__(self, rows: Iterable[q.CompanyRow]) -> None:
        self._by_number: dict[str, q.CompanyRow] = {}
        self._by_key: dict[str, list[q.CompanyRow]] = {}
        self.new: dict[UUID, CompanyValues] = {}
        for row in rows:
            self._keep(row)

    def _keep(self, row: q.CompanyRow) -> None:
        if row.business_no:
            self._by_number[row.business_no] = row
        self._by_key.setdefault(row.name_key, []).append(row)

    def match(self, firm: CompanyValues) -> UUID | None:
        """Return the company meant, None for a new one. Raises LineProblemError if unclear."""
        if firm.business_no and (holder := self._by_number.get(firm.business_no)):
            return holder.id
        namesakes = [
            row
            for row in self._by_key.get(company_key(firm.name), ())
            if not (firm.business_no and row.business_no) and not _elsewhere(firm, row)
        ]
        if len({row.id for row in namesakes}) > 1:
            namesakes = _closest(firm, namesakes)
        if len({row.id for row in namesakes}) > 1:
            raise LineProblemError(
                "AMBIGUOUS",
                "같은 이름의 업체가 여럿입니다. 사업자등록번호나 읍면동, 전화를 적어 주세요.",
                "company",
            )
        return namesakes[0].id if namesakes else None

    def find_or_plan(self, firm: CompanyValues) -> UUID:
        """Return the company meant, or the id of one that `write` will make."""
        found = self.match(firm)
        if found is not None:
            return found
        company_id = clock.uuid7()
        key = company_key(firm.name)
        self.new[company_id] = firm
        self._keep(q.CompanyRow(company_id, key, firm.business_no, firm.dong, firm.phone, "ACTIVE"))
        return company_id

    async def write(self, ctx: Ctx) -> None:
        """Write the new companies with their events."""
        if not self.new:
            return
        now = clock.now()
        rows = [
            {
                "id": company_id,
                "state": "ACTIVE",
                "created_at": now,
                "row_version": 1,
                **columns_of(ctx, firm, company_id),
            }
            for company_id, firm in self.new.items()
        ]
        await ctx.db.run_many(companies_q.ADD, rows)
        added = CompanyAdded()
        await record_past(ctx, SUBJECT, [Emission(added, i, 1) for i in self.new])


async def load_firms(ctx: Ctx, firms: Iterable[CompanyValues]) -> Firms:
    """Return the companies that these lines may mean, in one statement."""
    wanted = list(firms)
    rows = await ctx.db.all(
        q.COMPANIES,
        numbers=list({f.business_no for f in wanted if f.business_no}),
        keys=list({company_key(f.name) for f in wanted}),
    )
    return Firms(rows)


def _elsewhere(firm: CompanyValues, row: q.CompanyRow) -> bool:
    """Whether 동 or telephone say that it is another company of the same name."""
    if firm.phone and row.phone and firm.phone == row.phone:
        return False
    return bool(firm.dong and row.dong and firm.dong != row.dong)


def _closest(firm: CompanyValues, namesakes: list[q.CompanyRow]) -> list[q.CompanyRow]:
    ranks = [
        (
            -int(bool(firm.phone) and row.phone == firm.phone)
            - int(bool(firm.dong) and row.dong == firm.dong),
            _STATES[row.state],
        )
        for row in namesakes
    ]
    best = min(ranks)
    return [row for row, rank in zip(namesakes, ranks, strict=True) if rank == best]
