"""What a line of an old register of difficulties says, column by column.

A case shows `구-<its old number>` (with the year when the number is one that begins anew each year:
구-2019-15), or `구-<year>-<digest>` when the register gives none. No number of ours is taken.
"""

import hashlib
import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases.numbers import OLD
from sinmungo.companies.record import CompanyValues
from sinmungo.imports.firms import line_phone, read_firm
from sinmungo.imports.plan import Row
from sinmungo.imports.problems import LineProblemError
from sinmungo.imports.terms import Words
from sinmungo.imports.values import (
    MAX_TEXT,
    Years,
    count,
    moment,
    name_beside_phone,
    paragraphs,
    words,
)
from sinmungo.text.normalise import company_key

_MAX_NUMBER = 60
_NOTHING = "내용이 비어 있습니다."


class CaseLine(msgspec.Struct):
    """A line of a register, understood.

    `body_hash` is the same for a difficulty under any spelling of its company; `case_no` is what
    is shown for it.
    """

    row: Row
    number: str
    firm: CompanyValues
    phone: str | None
    registered: datetime
    channel: str
    category: str
    content: str
    caller: str
    unit_id: UUID | None
    officer: str
    answer: str
    due: date | None = None
    disposition: str | None = None
    answered: datetime | None = None
    body_hash: bytes = b""
    case_no: str = ""

    def __post_init__(self) -> None:
        self.body_hash = self._body_hash()
        self.case_no = self._case_no()

    @property
    def text(self) -> str:
        """The content; what was noted before an answer is kept below it."""
        if self.answered or not self.answer:
            return self.content
        return f"{self.content}\n\n처리 경과: {self.answer}"[:MAX_TEXT]

    def _body_hash(self) -> bytes:
        day = clock.to_seoul(self.registered).date().isoformat()
        parts = (day, company_key(self.firm.name), "".join(self.content.split()))
        return hashlib.sha256("\0".join(parts).encode()).digest()

    def _case_no(self) -> str:
        year = clock.to_seoul(self.registered).year
        if not self.number:
            return f"{OLD}-{year}-{self.body_hash.hex()[:10]}"
        tells_year = re.search(rf"(?<!\d){year}(?!\d{{5}})|^{year % 100:02d}[-.]", self.number)
        return f"{OLD}-{self.number}" if tells_year else f"{OLD}-{year}-{self.number}"


def understand(row: Row, meant: Words, years: Years) -> CaseLine:
    """Return what a line says. Raises LineProblemError with the column at fault."""
    registered = _at(row, "registered", moment, years)
    if registered is None:
        raise LineProblemError("MISSING", "접수일이 비어 있습니다.", "registered")
    content = _at(row, "content", paragraphs)
    if not content:
        raise LineProblemError("MISSING", _NOTHING, "content")
    unit = meant.code("UNIT", _at(row, "unit", words), "unit")
    line = CaseLine(
        row=row,
        number=_number(row),
        firm=_firm(row, clock.to_seoul(registered).date()),
        phone=line_phone(row),
        registered=registered,
        channel=meant.code("CHANNEL", _at(row, "channel", words), "channel") or "",
        category=meant.code("CATEGORY", _at(row, "category", words), "category") or "",
        content=content,
        caller=_at(row, "caller", words) or _at(row, "contact", name_beside_phone),
        unit_id=UUID(unit) if unit else None,
        officer=_at(row, "officer", words),
        answer=_at(row, "answer", paragraphs),
    )
    _follow(row, line, meant, years)
    return line


def _follow(row: Row, line: CaseLine, meant: Words, years: Years) -> None:
    """Read what came after 접수. A result without its day, or the reverse, is no answer yet."""
    day = clock.to_seoul(line.registered).date()
    line.due = _due(row, day)
    said = _at(row, "disposition", words)
    answered = _answered(row, years, day)
    if said or answered:
        line.disposition = meant.code("DISPOSITION", said, "disposition")
    if line.disposition and answered is None:
        raise LineProblemError("MISSING", "처리구분이 있는데 처리일이 없습니다.", "answered")
    if line.disposition and answered:
        if clock.to_seoul(answered).date() < day:
            raise LineProblemError("DATE", "처리일이 접수일보다 빠릅니다.", "answered")
        line.answered = max(answered, line.registered)


def _answered(row: Row, years: Years, registered: date) -> datetime | None:
    """Return the day of the answer; one without a year may lie in the year after the title's."""
    near = Years(last=registered)
    found: datetime | None
    try:
        found = _at(row, "answered", moment, Years(title=years.title) if years.title else near)
    except LineProblemError:
        if years.title is None:
            raise
        found = _at(row, "answered", moment, near)
    if years.title and found and clock.to_seoul(found).date() < registered:
        found = _at(row, "answered", moment, near)
    return found


def _due(row: Row, registered: date) -> date | None:
    """A register's own 처리기한 counts when it can be read; it may lie ahead."""
    try:
        found = moment(row.get("due"), Years(last=registered))
    except LineProblemError:
        return None
    day = clock.to_seoul(found).date() if found else None
    return day if day and day >= registered else None


def _firm(row: Row, registered: date) -> CompanyValues:
    firm = read_firm(row)
    try:
        employees = count(row.get("employees"))
    except LineProblemError:
        employees = None
    return msgspec.structs.replace(
        firm, employees=employees, employees_on=registered if employees is not None else None
    )


def _number(row: Row) -> str:
    number = "".join(_at(row, "number", words).split())
    if len(number) > _MAX_NUMBER:
        raise LineProblemError("VALUE", f"번호는 {_MAX_NUMBER}자까지입니다.", "number")
    return number


def _at(row: Row, field: str, parse: Any, *more: Any) -> Any:
    try:
        return parse(row.get(field), *more)
    except LineProblemError as problem:
        problem.field = problem.field or field
        raise
