"""The city's words and rules about cases, read in one statement and kept in the process.

What is kept carries a marker. A registration reads the marker together with its deadline rule, in
one statement, so that it never counts with a calendar that another process has changed since.
Screens may show words that are a few seconds old.
"""

import secrets
import time as stopwatch
from collections.abc import Mapping
from datetime import date, time
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import labels as words
from sinmungo.cases import reference_queries as q
from sinmungo.cases.types import CategoryRow, Labels
from sinmungo.deadlines import Period, Unit, WorkCalendar, WorkingHours
from sinmungo.host.city_settings import build, set_setting
from sinmungo.host.context import Ctx
from sinmungo.web.look import HOURS, Hours

NUMBER_PREFIX = "cases.number_prefix"
DEFAULT_TYPE = "cases.default_petition_type"
DEFAULT_CHANNEL = "HOTLINE"
MARKER = q.MARKER_KEY
_DEFAULTS: dict[str, Any] = {NUMBER_PREFIX: "SOS", DEFAULT_TYPE: "NOT_PETITION", MARKER: ""}
_FRESH_SECONDS = 5.0
_SEEDED_FROM = date(2020, 1, 1)

LEGAL_RULES = (
    ("INQUIRY_LAW", Period(14, Unit.DAYS), "민원처리법 시행령 제14조"),
    ("INQUIRY_OTHER", Period(7, Unit.DAYS), "민원처리법 시행령 제14조"),
    ("SUGGESTION", Period(14, Unit.DAYS), "민원처리법 시행령 제15조"),
    ("ETC", Period(1, Unit.AT_ONCE), "민원처리법 시행령 제16조"),
    ("HARDSHIP", Period(7, Unit.DAYS), "민원처리법 시행령 제17조"),
)
SERVICE_TARGET_DAYS = 5


class Reference(msgspec.Struct, frozen=True):
    """All of it, as it stood when `marker` was current."""

    marker: str
    prefix: str
    labels: Labels
    calendar: WorkCalendar


class Rule(msgspec.Struct, frozen=True):
    """How long an answer to one petition type may take, and the row that says so."""

    id: UUID
    period: Period


_kept: dict[str, tuple[float, Reference]] = {}


async def reference(ctx: Ctx, *, any_age: bool = False) -> Reference:
    """Return the city's words and rules, at most five seconds old unless `any_age`."""
    found = _kept.get(ctx.city.id)
    if found and (any_age or stopwatch.monotonic() - found[0] < _FRESH_SECONDS):
        return found[1]
    return await load(ctx)


async def load(ctx: Ctx) -> Reference:
    """Read the city's words and rules anew."""
    rows = await ctx.db.all(q.ALL, today=clock.today())
    made = _build(rows)
    _kept[ctx.city.id] = (stopwatch.monotonic(), made)
    return made


def _build(rows: list[q.Entry]) -> Reference:
    of: dict[str, list[q.Entry]] = {}
    for row in rows:
        of.setdefault(row.kind, []).append(row)
    given = {**_DEFAULTS, **{row.code: row.extra for row in of.get("setting", [])}}
    return Reference(
        marker=given[MARKER],
        prefix=given[NUMBER_PREFIX],
        labels=_labels(of, given[DEFAULT_TYPE]),
        calendar=_calendar(of.get("holiday", []), given),
    )


def _labels(of: Mapping[str, list[q.Entry]], default_type: str) -> Labels:
    categories, channels = of.get("category", []), of.get("channel", [])
    return Labels(
        categories={r.code: r.label for r in categories if r.active},
        channels={r.code: r.label for r in channels if r.active},
        petition_types={r.code: r.label for r in of.get("rule", [])},
        all_categories={r.code: r.label for r in categories},
        all_channels={r.code: r.label for r in channels},
        default_petition_type=default_type,
        default_channel=_first_choice(channels),
        statuses=words.STATUS,
        dispositions=words.DISPOSITION,
        implementations=words.IMPLEMENTATION,
        close_reasons=words.CLOSE_REASONS,
    )


def _calendar(rows: list[q.Entry], given: Mapping[str, Any]) -> WorkCalendar:
    return WorkCalendar(
        hours=working_hours(build(Hours, _under(HOURS, given))),
        added={date.fromisoformat(r.code): r.label for r in rows if r.extra == "ADDED"},
        removed=frozenset(date.fromisoformat(r.code) for r in rows if r.extra == "REMOVED"),
    )


def _first_choice(channels: list[q.Entry]) -> str:
    """Return the channel that intake begins with: the usual one, or the first that is on."""
    on = [r.code for r in channels if r.active]
    return DEFAULT_CHANNEL if DEFAULT_CHANNEL in on or not on else on[0]


def _under(prefix: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return {k.removeprefix(f"{prefix}."): v for k, v in given.items() if k.startswith(f"{prefix}.")}


def working_hours(hours: Hours) -> WorkingHours:
    """Return the office's hours as the deadline engine takes them. Raises ValueError."""
    at = [time.fromisoformat(getattr(hours, name)) for name in Hours.__struct_fields__]
    return WorkingHours(((at[0], at[1]), (at[2], at[3])))


async def labels(ctx: Ctx) -> Labels:
    """Return the city's words, at most five seconds old."""
    return (await reference(ctx)).labels


async def rules_for(
    ctx: Ctx, types: set[str], on: date, known: Reference
) -> tuple[dict[str, Rule], Reference]:
    """Return the rules in force on a day, and `known` or a newer reference: one statement, or two.

    A petition type without a rule is missing from the answer.
    """
    rows = await ctx.db.all(q.RULES, types=sorted(types), on=on)
    if rows and (rows[0].marker or "") != known.marker:
        known = await load(ctx)
    return {r.petition_type: Rule(r.id, Period(r.amount, Unit(r.unit))) for r in rows}, known


async def touch(ctx: Ctx) -> None:
    """Tell every process, by a new marker, that words or rules changed."""
    await set_setting(ctx, MARKER, secrets.token_hex(8))

    async def forget() -> None:
        _kept.pop(ctx.city.id, None)

    ctx.db.after_commit(forget)


async def list_categories(ctx: Ctx) -> list[CategoryRow]:
    """Return every category in the city's order, switched-off ones too."""
    rows = await ctx.db.all(q.CATEGORIES)
    return [CategoryRow(**msgspec.structs.asdict(row)) for row in rows]


async def seed(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Write canonical categories, channels and legal periods, with the words of the city's file.

    `[cases.categories]` and `[cases.channels]` give a city's own label and order by code, or false
    to switch one off. `[cases.periods]` gives `{amount, unit, source}` by petition type, which
    STATUTORY needs to exist at all; `service_target_days` is that of NOT_PETITION. Repeatable.
    """
    await ctx.db.run_many(
        q.ADD_CATEGORY, _seeded(words.CATEGORY, table.get("categories", {}), "categories")
    )
    await ctx.db.run_many(
        q.ADD_CHANNEL, _seeded(words.CHANNEL, table.get("channels", {}), "channels")
    )
    await _seed_rules(ctx, table)
    await touch(ctx)


def _seeded(
    canonical: Mapping[str, str], own: Mapping[str, Any], name: str
) -> list[dict[str, Any]]:
    unknown = own.keys() - canonical.keys()
    if unknown:
        raise ValueError(f"[cases.{name}]: unknown code {', '.join(sorted(unknown))}")
    order = [*own, *(code for code in canonical if code not in own)]
    return [
        {
            "code": code,
            "label": own.get(code) or canonical[code],
            "position": position,
            "active": own.get(code) is not False,
            "row_version": 1,
        }
        for position, code in enumerate(order, start=1)
    ]


def _periods(table: Mapping[str, Any]) -> dict[str, tuple[Period, str]]:
    days = int(table.get("service_target_days", SERVICE_TARGET_DAYS))
    found = {"NOT_PETITION": (Period(days, Unit.WORKING_DAYS), "서비스 목표")}
    found |= {code: (period, source) for code, period, source in LEGAL_RULES}
    for code, own in table.get("periods", {}).items():
        period = Period(own["amount"], Unit(own["unit"]))
        found[code] = (period, own.get("source", "시 지정"))
    return found


async def _seed_rules(ctx: Ctx, table: Mapping[str, Any]) -> None:
    known = set(await ctx.db.all(q.RULED_TYPES))
    rows = [
        {
            "id": clock.uuid7(),
            "petition_type": code,
            "label": words.PETITION_TYPE[code],
            "amount": period.amount,
            "unit": period.unit.value,
            "position": position,
            "source": source,
            "valid_from": _SEEDED_FROM,
        }
        for position, (code, (period, source)) in enumerate(_periods(table).items(), start=1)
        if code not in known
    ]
    await ctx.db.run_many(q.ADD_RULE, rows)
