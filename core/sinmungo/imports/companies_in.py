"""Lists of companies (공장등록현황 …): known companies are completed, others get a record.

A list only fills blanks, except the head count, which follows the newer date. Associations become
dated memberships. A line that came before, whole, is passed over, so a second run changes nothing.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.agencies import service as agencies
from sinmungo.companies import kept_queries as kept
from sinmungo.companies import service as companies
from sinmungo.companies.events import CompanyChanged, MembershipChanged
from sinmungo.companies.models import PREMISES, SIZE_CLASSES
from sinmungo.companies.places import places
from sinmungo.companies.record import CompanyValues, changed_fields
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.host.events import Emission, record_past
from sinmungo.host.personal import unseal
from sinmungo.imports import queries as q
from sinmungo.imports.columns import key_of
from sinmungo.imports.counts import keep_figures
from sinmungo.imports.firms import line_phone, load_firms, read_firm
from sinmungo.imports.outcome import Outcome
from sinmungo.imports.plan import Row
from sinmungo.imports.problems import LineProblemError
from sinmungo.imports.values import Years, count, day, paragraphs, words
from sinmungo.text.normalise import company_key

_FILLED = tuple(
    f
    for f in CompanyValues.__struct_fields__
    if f not in {"name", "employees", "employees_foreign", "employees_on"}
)
_SIZES = {key_of(label): code for code, label in SIZE_CLASSES.items()}
_SIZES |= {"중견": "MIDSIZE", "소상공": "MICRO"}
_PREMISES = {key_of(label): code for code, label in PREMISES.items()}
_SEPARATORS = re.compile(r"[,/;\n]+")


class FirmLine(msgspec.Struct):
    """A line of a list, understood; `on` is the day on which what it says held."""

    row: Row
    firm: CompanyValues
    associations: tuple[str, ...] = ()
    joined: date | None = None
    on: date | None = None

    @property
    def key(self) -> bytes:
        """32 bytes that the same line has in every file."""
        told = [company_key(self.firm.name), *self.associations, str(self.joined)]
        told += [str(v) for f, v in msgspec.structs.asdict(self.firm).items() if f != "name"]
        return hashlib.sha256("\0".join(told).encode()).digest()


def understand(row: Row, as_of: date | None, years: Years, dongs: Sequence[str] = ()) -> FirmLine:
    """Return what a line says. Raises LineProblemError with the column at fault."""
    on = _at(row, "as_of", day, years) or as_of
    firm = msgspec.structs.replace(
        read_firm(row),
        phone=line_phone(row),
        size_class=_SIZES.get(key_of(_at(row, "size", words))),
        premises=_PREMISES.get(key_of(_at(row, "premises", words))),
        founded_on=_at(row, "founded", day, years),
        factory_registered=True if _at(row, "registered", day, years) else None,
        **_people(row, on),
    )
    firm = msgspec.structs.replace(firm, dong=_dong(firm, dongs))
    names = [name.strip() for name in _SEPARATORS.split(_at(row, "association", paragraphs))]
    told = tuple(dict.fromkeys(n for n in names if company_key(n) and n not in {"-", "없음"}))
    return FirmLine(row, firm, told, _at(row, "joined", day, years), on)


def _at(row: Row, field: str, parse: Any, *more: Any) -> Any:
    try:
        return parse(row.get(field), *more)
    except LineProblemError as problem:
        problem.field = problem.field or field
        raise


def _people(row: Row, on: date | None) -> dict[str, Any]:
    """Return the head count: the whole, or men and women added (foreigners are among them)."""
    total = _either(row, "employees", "men", "women")
    foreign = _either(row, "foreign", "foreign_men", "foreign_women")
    if total is None:
        return {}
    if foreign is not None and foreign > total:
        raise LineProblemError("VALUE", "외국인이 전체 종업원 수보다 많습니다.", "foreign")
    if on is None:
        raise LineProblemError("MISSING", "종업원 수를 센 기준일을 알 수 없습니다.", "employees")
    return {"employees": total, "employees_foreign": foreign, "employees_on": on}


def _either(row: Row, whole: str, *parts: str) -> int | None:
    """Return a number of people, or its parts added; None when neither is told."""
    told: int | None = _at(row, whole, count)
    added = [n for n in (_at(row, part, count) for part in parts) if n is not None]
    return sum(added) if told is None and added else told


def _dong(firm: CompanyValues, dongs: Sequence[str]) -> str | None:
    """Return the 동 of a line, or one of the city's that stands as a word in the address."""
    if firm.dong:
        if dongs and firm.dong not in dongs:
            raise LineProblemError("VALUE", "우리 시의 동 목록에 없습니다.", "dong")
        return firm.dong
    parts = set(re.split(r"[\s,()]+", firm.address or ""))
    return next((dong for dong in dongs if dong in parts), None)


class CompaniesTarget:
    """Writes the lines of a list."""

    def __init__(self, run: q.RunRow, as_of: date | None, dongs: Sequence[str]) -> None:
        self._run = run
        self._as_of = as_of
        self._dongs = dongs
        self._agencies: dict[str, UUID] = {}

    @classmethod
    async def load(cls, ctx: Ctx, run: q.RunRow, as_of: date | None) -> "CompaniesTarget":
        """Read the city's list of 동."""
        return cls(run, as_of, (await places(ctx)).dongs)

    async def write(self, ctx: Ctx, rows: Sequence[Row], years: Years, to: Outcome) -> None:
        """Understand and write the rows; each ends in one count of `to`."""
        lines = []
        for row in rows:
            try:
                lines.append(understand(row, self._as_of, years, self._dongs))
            except LineProblemError as problem:
                to.refuse(row, problem)
        fresh = await self._fresh(ctx, lines, to)
        firms = await load_firms(ctx, [line.firm for line in fresh])
        found: list[tuple[FirmLine, UUID]] = []
        for line in fresh:
            try:
                found.append((line, firms.find_or_plan(line.firm)))
            except LineProblemError as problem:
                to.refuse(line.row, problem)
        await firms.write(ctx)
        told = [(company_id, line.firm, line.on) for line, company_id in found]
        await keep_figures(ctx, [one for one in told if one[0] in firms.new])
        seen: set[UUID] = set()
        for line, company_id in found:
            first = company_id in firms.new and company_id not in seen
            seen.add(company_id)
            await self._one(ctx, line, company_id, to, new=first)

    async def _fresh(self, ctx: Ctx, lines: list[FirmLine], to: Outcome) -> list[FirmLine]:
        """Leave out lines that were taken before, and the same line twice in one block."""
        stored = await ctx.db.all(q.KEYS, kind="COMPANIES", hashes=[line.key for line in lines])
        seen = {row.key_hash for row in stored}
        fresh = []
        for line in lines:
            if line.key in seen:
                to.known += 1
            else:
                seen.add(line.key)
                fresh.append(line)
        return fresh

    async def _one(
        self, ctx: Ctx, line: FirmLine, company_id: UUID, to: Outcome, *, new: bool
    ) -> None:
        try:
            async with ctx.db.savepoint():
                changed = False if new else await self._complete(ctx, line, company_id)
                changed |= await self._join(ctx, line, company_id)
        except InvalidError as error:
            field, message = next(iter(error.errors.items()))
            to.refuse(line.row, LineProblemError("VALUE", message, field))
            return
        await ctx.db.run(
            q.ADD_KEY,
            kind="COMPANIES",
            key_hash=line.key,
            body_hash=line.key,
            subject_id=company_id,
            run_id=self._run.id,
        )
        if new:
            to.added += 1
        elif changed:
            to.changed += 1
        else:
            to.known += 1

    async def _complete(self, ctx: Ctx, line: FirmLine, company_id: UUID) -> bool:
        """Fill a known company's blanks; return whether anything was written."""
        (row,) = await ctx.db.all(q.RECORDS, ids=[company_id])
        old = _values(ctx, row)
        new = completed(old, line.firm)
        fields = changed_fields(old, new)
        await keep_figures(ctx, [(company_id, line.firm, line.on)])
        if not fields:
            return False
        await companies.store(ctx, company_id, new, row.row_version)
        event = CompanyChanged(fields=fields)
        await record_past(
            ctx, companies.SUBJECT, [Emission(event, company_id, row.row_version + 1)]
        )
        return True

    async def _join(self, ctx: Ctx, line: FirmLine, company_id: UUID) -> bool:
        """Make the company a member of its associations; return whether it was not yet."""
        joined = False
        for name in line.associations:
            agency_id = await self._agency(ctx, name)
            since = line.joined or line.firm.employees_on or self._as_of or clock.today()
            written = await ctx.db.run(
                kept.ADD_MEMBERSHIP,
                id=clock.uuid7(),
                company_id=company_id,
                agency_id=agency_id,
                valid_from=since,
                created_at=clock.now(),
                row_version=1,
            )
            if written:
                joined = True
                event = MembershipChanged(agency_id=agency_id, act="JOINED")
                await companies.touch(ctx, company_id, None, event)
        return joined

    async def _agency(self, ctx: Ctx, name: str) -> UUID:
        key = company_key(name)
        if key not in self._agencies:
            self._agencies[key] = await agencies.get_or_add(ctx, name, "ASSOCIATION")
        return self._agencies[key]


def completed(old: CompanyValues, told: CompanyValues) -> CompanyValues:
    """Return a record with its blanks filled, and the head count of the later day."""
    filled = {f: getattr(told, f) for f in _FILLED if getattr(old, f) in (None, "")}
    newer = told.employees is not None and (
        old.employees is None or old.employees_on is None or told.employees_on > old.employees_on  # type: ignore[operator]
    )
    if newer:
        filled |= {
            "employees": told.employees,
            "employees_foreign": told.employees_foreign,
            "employees_on": told.employees_on,
        }
    return msgspec.structs.replace(old, **filled)


def _values(ctx: Ctx, row: q.StoredCompany) -> CompanyValues:
    stored = {f: getattr(row, f) for f in CompanyValues.__struct_fields__ if f != "representative"}
    opened = unseal(ctx, "representative", row.representative_sealed, row.id) or None
    return CompanyValues(**stored, representative=opened)
