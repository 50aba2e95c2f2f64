"""What a table is before it becomes a file, whatever the kind of file."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

import msgspec

type Kind = Literal["text", "number", "date", "datetime", "money"]
type Row = Sequence[Any]


class Column(msgspec.Struct, frozen=True):
    """A column: `width` in characters; neighbours of one `group` stand under a merged header.

    A cell holds text, int or Decimal (number, money: won), `date`, or an aware `datetime`, which
    is printed in Seoul time. None is blank; a text in a column of numbers ("-") stays a text.
    """

    title: str
    width: int = 12
    kind: Kind = "text"
    group: str | None = None


class Sheet(msgspec.Struct):
    """A table with its title, "… 기준" (`as_of`), what its figures count (`unit`) and footnotes."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    as_of: date | None
    footnotes: Sequence[str] = ()
    unit: str = ""

    @property
    def told(self) -> tuple[str, ...]:
        """What stands above the table: the day and the unit, where they are known."""
        day = f"{_day(self.as_of)} 기준" if self.as_of else ""
        unit = f"단위: {self.unit}" if self.unit else ""
        return tuple(part for part in (day, unit) if part)


def _day(day: date) -> str:
    return f"{day.year}. {day.month}. {day.day}."
