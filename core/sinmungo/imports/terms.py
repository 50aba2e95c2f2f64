"""The register's own words for categories, channels, departments and results, and what they mean.

A word is known by the city's label, by the canonical one, or because a person matched it once. What
is unknown is listed for matching and never guessed; an empty cell is a word of its own (빈칸).
"""

from collections import Counter
from collections.abc import Mapping

import msgspec
from sqlalchemy import select

from sinmungo.agencies.models import KINDS as AGENCY_KINDS
from sinmungo.cases import labels as canonical
from sinmungo.cases import service as cases
from sinmungo.host.context import Ctx
from sinmungo.imports import queries as q
from sinmungo.imports.columns import key_of
from sinmungo.imports.problems import LineProblemError
from sinmungo.people import service as people
from sinmungo.people.models import unit_names
from sinmungo_tenants import read

TITLES = {
    "CATEGORY": "애로분야",
    "CHANNEL": "접수경로",
    "UNIT": "주관부서",
    "DISPOSITION": "처리구분",
    "AGENCY_KIND": "기관 구분",
}
BLANK = "(빈칸)"
NONE = "NONE"
"""The code of a word that means nothing: no department, no answer yet."""

FIELDS_OF = {
    "CASES": {
        "category": "CATEGORY",
        "channel": "CHANNEL",
        "unit": "UNIT",
        "disposition": "DISPOSITION",
    },
    "COMPANIES": {},
    "AGENCIES": {"kind": "AGENCY_KIND"},
    "PEOPLE": {},
}
MAY_BE_BLANK = ("UNIT",)
_NOT_YET = ("처리중", "진행중", "검토중", "추진중", "처리 중", "진행", "미처리", "접수")


class Unknown(msgspec.Struct):
    """A word nobody matched yet, and in how many lines it stands."""

    kind: str
    key: str
    label: str
    lines: int


class _UnitName(msgspec.Struct):
    name: str
    unit_id: str


_UNIT_NAMES = read(
    select(unit_names.c.name, unit_names.c.unit_id).order_by(unit_names.c.valid_from), _UnitName
)


class Words:
    """What every word of a kind means in this city; `options` are what one may choose from."""

    def __init__(self, codes: Mapping[str, Mapping[str, str]], options: "Options") -> None:
        self._codes = codes
        self.options = options

    def known(self, kind: str, text: str) -> bool:
        """Whether a word needs no matching."""
        return (not text and kind in MAY_BE_BLANK) or key_of(text) in self._codes[kind]

    def code(self, kind: str, text: str, field: str) -> str | None:
        """Return what a word means, None for nothing. Raises LineProblemError."""
        if not text and kind in MAY_BE_BLANK:
            return None
        code = self._codes[kind].get(key_of(text))
        if code is None:
            raise LineProblemError("TERM", f"맞추지 않은 {TITLES[kind]}입니다.", field)
        return None if code == NONE else code


type Options = dict[str, dict[str, str]]


async def load_words(ctx: Ctx) -> Words:
    """Return the city's words: what was matched wins over labels, the city's over canonical."""
    options = await _options(ctx)
    codes: dict[str, dict[str, str]] = {
        "CATEGORY": _keys(canonical.CATEGORY, options["CATEGORY"]),
        "CHANNEL": _keys(canonical.CHANNEL, options["CHANNEL"]),
        "UNIT": await _unit_keys(ctx, options["UNIT"]),
        "DISPOSITION": {
            **dict.fromkeys(map(key_of, _NOT_YET), NONE),
            **_keys(canonical.DISPOSITION, options["DISPOSITION"]),
        },
        "AGENCY_KIND": _keys(AGENCY_KINDS, options["AGENCY_KIND"]),
    }
    for row in await ctx.db.all(q.TERMS):
        if row.code == NONE or row.code in options[row.kind]:
            codes[row.kind][row.text_key] = row.code
    return Words(codes, options)


async def _options(ctx: Ctx) -> Options:
    labels = await cases.labels(ctx)
    units = await people.list_units(ctx)
    parents = {unit.id: unit.name for unit in units}
    return {
        "CATEGORY": dict(labels.all_categories),
        "CHANNEL": dict(labels.all_channels),
        "UNIT": {
            str(u.id): f"{parents[u.parent_id]} {u.name}" if u.parent_id in parents else u.name
            for u in units
        },
        "DISPOSITION": dict(labels.dispositions),
        "AGENCY_KIND": dict(AGENCY_KINDS),
    }


async def _unit_keys(ctx: Ctx, options: Mapping[str, str]) -> dict[str, str]:
    """Names of today win; a name that only one unit ever bore means that unit."""
    former: dict[str, set[str]] = {}
    for row in await ctx.db.all(_UNIT_NAMES):
        if str(row.unit_id) in options:
            former.setdefault(key_of(row.name), set()).add(str(row.unit_id))
    return {
        **{key: ids.copy().pop() for key, ids in former.items() if len(ids) == 1},
        **{key_of(label): code for code, label in options.items()},
    }


def _keys(*labels: Mapping[str, str]) -> dict[str, str]:
    return {key_of(label): code for each in labels for code, label in each.items()}


def unknown_words(words: Words, seen: Mapping[str, Counter[str]]) -> list[Unknown]:
    """Return what has to be matched of the words seen (kind → word → lines), most lines first."""
    found: dict[tuple[str, str], Unknown] = {}
    for kind, counted in seen.items():
        for text, lines in counted.items():
            if words.known(kind, text):
                continue
            one = found.setdefault(
                (kind, key_of(text)), Unknown(kind, key_of(text), text or BLANK, 0)
            )
            one.lines += lines
    order = list(TITLES)
    return sorted(found.values(), key=lambda u: (order.index(u.kind), -u.lines, u.label))
