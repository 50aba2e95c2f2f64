"""What the operator wants of a long list, as its address says: words, narrowing, order, page.

243 cities do not fit on a screen. Their rows are in memory anyway (three short statements, however
many cities), so they are narrowed here and not by the database.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from sinmungo.platform_desk.cities import CityRow
from sinmungo_tenants import Tenant

PAGE = 50
_DIGITS = 6
SHOWS = {
    "look": "볼 일 있음",
    "late": "판이 뒤짐",
    "stopped": "멈춤·닫힘",
    "unarchived": "보관이 낡음",
}
SORTS = {
    "name": "이름",
    "-look": "볼 일 많은 곳부터",
    "-cases": "이달 접수 많은 곳부터",
    "-open": "처리 중 많은 곳부터",
    "-bytes": "큰 곳부터",
    "archive": "보관이 오래된 곳부터",
}
_FITS: Mapping[str, Callable[[CityRow], bool]] = {
    "look": lambda row: row.to_look_at,
    "late": lambda row: bool(row.behind),
    "stopped": lambda row: not row.city.open,
    "unarchived": lambda row: row.archive_is_old,
}
_KEYS: Mapping[str, Callable[[CityRow], Any]] = {
    "name": lambda row: row.city.name,
    "bytes": lambda row: row.bytes or 0,
    "cases": lambda row: row.figures.cases_this_month if row.figures else -1,
    "open": lambda row: row.figures.open_cases if row.figures else -1,
    "archive": lambda row: row.archive.made_at.timestamp() if row.archive else 0.0,
    "look": lambda row: (row.to_look_at, row.failures),
}


class Wanted(msgspec.Struct, frozen=True):
    """What the address asks for; what it does not know is as if it were not there.

    `sort` is a column, with a minus before it from the end.
    """

    q: str = ""
    show: str = ""
    sort: str = "name"
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Wanted":
        """Read the query of an address."""
        typed = asked["page"]
        number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < _DIGITS else 1
        return cls(
            q=asked["q"].strip(),
            show=asked["show"] if asked["show"] in SHOWS else "",
            sort=asked["sort"] if asked["sort"].removeprefix("-") in _KEYS else "name",
            page=max(1, number),
        )

    @property
    def offset(self) -> int:
        """How many rows lie before the page."""
        return (self.page - 1) * PAGE

    def href(self, path: str, *, page: int = 0, sort: str = "", **more: str) -> str:
        """Return the address of the same list with something changed; `more` it says besides."""
        given: dict[str, str | int] = {
            "q": self.q,
            "show": self.show,
            "sort": sort or self.sort,
            "page": page or self.page,
            **more,
        }
        plain = msgspec.structs.asdict(Wanted())
        query = {n: value for n, value in given.items() if value and value != plain.get(n)}
        return f"{path}?{urlencode(query)}" if query else path

    def sorted_by(self, column: str) -> str:
        """Return `asc` or `desc` for the column that the list is sorted by, else nothing."""
        return {column: "asc", f"-{column}": "desc"}.get(self.sort, "")

    def sort_href(self, path: str, column: str) -> str:
        """Return the address that sorts by a column; once more turns it round.

        Names begin at the front, figures with the largest.
        """
        turns = (column, f"-{column}") if column == "name" else (f"-{column}", column)
        sort = turns[1] if self.sort == turns[0] else turns[0]
        return self.href(path, page=1, sort=sort)


class Page[T](msgspec.Struct):
    """A part of a list, and the way to the parts beside it."""

    rows: Sequence[T]
    text: str
    prev_href: str
    next_href: str


def cut[T](found: Sequence[T], wanted: Wanted, path: str, unit: str) -> Page[T]:
    """Return the page that is wanted of all that was found; the last one if there are not so many.

    `unit` is the word for one of them, as 곳.
    """
    total = len(found)
    number = min(wanted.page, max(1, -(-total // PAGE)))
    first = (number - 1) * PAGE
    rows = found[first : first + PAGE]
    told = f"{first + 1:,}-{first + len(rows):,} / {total:,}{unit}" if total > PAGE else ""
    more = first + PAGE < total
    return Page(rows, told, *_beside(wanted, number, path, more=more))


def part[T](found: Sequence[T], wanted: Wanted, path: str, **kept: str) -> Page[T]:
    """Return a page of a list that the database has cut: its rows and one more if there is one.

    `kept` is what else the address of the list says.
    """
    rows = found[:PAGE]
    beside = _beside(wanted, wanted.page, path, more=len(found) > PAGE, **kept)
    return Page(rows, f"{wanted.page:,}쪽" if any(beside) else "", *beside)


def _beside(wanted: Wanted, number: int, path: str, *, more: bool, **kept: str) -> tuple[str, str]:
    before = wanted.href(path, page=number - 1, **kept) if number > 1 else ""
    return before, wanted.href(path, page=number + 1, **kept) if more else ""


def narrowed(rows: Sequence[CityRow], wanted: Wanted) -> list[CityRow]:
    """Return the cities that are wanted, in the order that is wanted."""
    fits = _FITS.get(wanted.show)
    found = [r for r in rows if (fits is None or fits(r)) and named(r.city, wanted.q)]
    found.sort(key=lambda row: row.city.name)
    column = wanted.sort.removeprefix("-")
    found.sort(key=_KEYS[column], reverse=column != wanted.sort)
    return found


def named(city: Tenant, words: str) -> bool:
    """Whether each word is part of a city's name, slug, id, server or a host."""
    told = " ".join((city.name, city.slug, city.id, city.server, *city.hosts)).casefold()
    return all(word in told for word in words.casefold().split())
