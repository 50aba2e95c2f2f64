"""가림: how names, phones and mails are masked. New values follow at once, stored ones by a job.

A mask lies beside each sealed value, because lists must not open a thousand of them. So a changed
style means making every mask anew: place by place (a table's field), in batches of one job each.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Table, Text, Uuid, bindparam, func, or_, select, update

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.host.db import core_metadata
from sinmungo.host.events import emit
from sinmungo.host.keyring import MASKS
from sinmungo.host.personal import opened
from sinmungo.host.setting_fields import about
from sinmungo.host.types import Sample, SettingsGroup
from sinmungo.jobs import outbox
from sinmungo.retention import events
from sinmungo.retention.models import mask_runs
from sinmungo.retention.periods import SECTION
from sinmungo.sealed import Kind, SealError
from sinmungo.sealed import Masks as Styles
from sinmungo_tenants import Read, Write, insert_into, read, write

JOB = "retention.masks"
BATCH = 500
_SEALED, _MASK, _TAIL = "_sealed", "_mask", "_tail"
_OTHERS_SEE = timedelta(seconds=2)
"""By then every process masks new values in the new way (registry.POLL_SECONDS)."""


class Masks(msgspec.Struct, frozen=True):
    """How the city masks persons."""

    name: Annotated[
        Literal["MIDDLE", "FIRST"],
        about(
            "이름", choices={"MIDDLE": "가운데를 가립니다: 김*수", "FIRST": "성만 남깁니다: 김**"}
        ),
    ] = "MIDDLE"
    phone: Annotated[
        Literal["MIDDLE", "HALVES"],
        about(
            "전화번호",
            choices={
                "MIDDLE": "가운데를 가립니다: 010-****-5678",
                "HALVES": "둘로 나눠 가립니다: 010-12**-**78",
            },
        ),
    ] = "MIDDLE"
    email: Annotated[
        Literal["HEAD", "HOST"],
        about(
            "전자우편",
            choices={
                "HEAD": "앞 두 글자를 남깁니다: ki***@example.com",
                "HOST": "@ 뒤만 남깁니다: ***@example.com",
            },
        ),
    ] = "HEAD"


class RunRow(msgspec.Struct):
    """How far the masks follow: `done` of `total` values."""

    id: UUID
    total: int
    done: int
    place: str | None
    last_id: UUID | None
    started_at: Any
    finished_at: Any
    row_version: int


class Place(msgspec.Struct, frozen=True):
    """One sealed field of one table."""

    table: Table
    field: str
    kind: Kind

    @property
    def name(self) -> str:
        """As a run remembers it."""
        return f"{self.table.name}.{self.field}"


class _Value(msgspec.Struct):
    id: UUID
    sealed: bytes
    mask: str | None


_m = mask_runs.c
_ADD = insert_into(mask_runs)
_COLUMNS = [_m[name] for name in RunRow.__struct_fields__]
_RUN = read(select(*_COLUMNS).where(_m.id == bindparam("id", type_=Uuid())), RunRow)
_LAST = read(select(*_COLUMNS).order_by(_m.started_at.desc(), _m.id.desc()).limit(1), RunRow)
_STOP = write(
    update(mask_runs).where(_m.finished_at.is_(None)).values(finished_at=bindparam("now"))
)
_STEP = write(
    update(mask_runs)
    .where(_m.id == bindparam("b_id", type_=Uuid()))
    .values(
        done=_m.done + bindparam("more"),
        place=bindparam("place", type_=Text()),
        last_id=bindparam("last_id", type_=Uuid()),
        finished_at=bindparam("finished_at", type_=_m.finished_at.type),
        row_version=_m.row_version + 1,
    )
)


async def _samples(_: Ctx, new: Masks) -> Sequence[Sample]:
    styles = Styles(new.name, new.phone, new.email)
    people = ("김철수", "이산", "남궁민수")
    lines = [", ".join(styles.of(name, "name") for name in people)]
    lines += [styles.of(number, "phone") for number in ("01012345678", "0323201234")]
    lines.append(styles.of("kim.cs@example.com", "email"))
    return (Sample("지어낸 사람으로 보면", "\n".join(lines)),)


async def _begin(ctx: Ctx, old: Masks, new: Masks) -> None:
    """Let a run follow the change; one under way is over, the new one does all."""
    del old, new
    now, run_id = clock.now(), clock.uuid7()
    total = sum([await ctx.db.one(_of(p).count) for p in _places(ctx)])
    await ctx.db.run(_STOP, now=now)
    await ctx.db.run(
        _ADD,
        id=run_id,
        total=total,
        done=0,
        started_at=now,
        started_by=ctx.me.officer_id,
        row_version=1,
    )
    await emit(ctx, events.MasksBegun(), subject_kind=events.MASKS, subject_id=run_id, seq=1)
    await outbox.put(ctx, JOB, run_id, due_at=now + _OTHERS_SEE)


MASKS_GROUP = SettingsGroup(
    "masks",
    "이름·연락처 가림",
    Masks,
    MASKS,
    SECTION,
    "목록과 내려받는 파일에서 사람을 가리는 방법입니다. 이미 저장된 것도 곧 다시 가립니다.",
    order=610,
    preview=_samples,
    apply=_begin,
    everywhere=True,
)


async def last_run(ctx: Ctx) -> RunRow | None:
    """Return the newest run, if there ever was one."""
    return await ctx.db.first(_LAST)


async def again(ctx: Ctx, run_id: UUID) -> None:
    """Make the next masks of a run anew, and ask to go on."""
    run = await ctx.db.first(_RUN, id=run_id)
    if run is None or run.finished_at is not None:
        return
    places = list(_places(ctx))
    names = [p.name for p in places]
    at = names.index(run.place) if run.place in names else 0
    last, more = run.last_id, 0
    while at < len(places) and more < BATCH:
        values = await _next(ctx, places[at], last)
        await _remask(ctx, places[at], values)
        more += len(values)
        full = len(values) == BATCH
        at, last = (at, values[-1].id) if full else (at + 1, None)
    over = at == len(places)
    await ctx.db.run(
        _STEP,
        b_id=run_id,
        more=more,
        place=None if over else names[at],
        last_id=last,
        finished_at=clock.now() if over else None,
    )
    if not over:
        await outbox.put(ctx, JOB, run_id)


async def _next(ctx: Ctx, place: Place, last: UUID | None) -> list[_Value]:
    return await ctx.db.all(_of(place).values, last=last, limit=BATCH)


async def _remask(ctx: Ctx, place: Place, values: list[_Value]) -> None:
    changed = []
    for value in values:
        try:
            plain = opened(ctx.cipher, place.field, value.sealed, value.id)
        except SealError:
            continue  # of another key: its mask stays as it was
        mask = ctx.cipher.masks.of(plain, place.kind)
        if mask != value.mask:
            changed.append({"b_id": value.id, "mask": mask})
    await ctx.db.run_many(_of(place).put, changed)


class _Statements(msgspec.Struct):
    count: Read[int]
    values: Read[_Value]
    put: Write


@cache
def _of(place: Place) -> _Statements:
    table, sealed, mask = place.table, *_columns(place)
    (key,) = table.primary_key.columns
    last = bindparam("last", type_=Uuid())
    return _Statements(
        count=read(select(func.count()).select_from(table).where(sealed.is_not(None)), int),
        values=read(
            select(key.label("id"), sealed.label("sealed"), mask.label("mask"))
            .where(sealed.is_not(None), or_(last.is_(None), key > last))
            .order_by(key)
            .limit(bindparam("limit")),
            _Value,
        ),
        put=write(
            update(table)
            .where(key == bindparam("b_id", type_=Uuid()))
            .values({mask.name: bindparam("mask", type_=Text())})
        ),
    )


def _columns(place: Place) -> tuple[Any, Any]:
    found = place.table.c
    return found[place.field + _SEALED], found[place.field + _MASK]


def _places(ctx: Ctx) -> Iterator[Place]:
    """Yield every sealed field with a mask, of core and of the plugins that have tables here."""
    yield from _of_tables(tuple(core_metadata.sorted_tables))
    for component in ctx.host.components():
        if component.name in ctx.city.revisions:
            yield from _of_tables(tuple(component.metadata.sorted_tables))


@cache
def _of_tables(tables: tuple[Table, ...]) -> tuple[Place, ...]:
    return tuple(
        Place(table, column.name.removesuffix(_SEALED), _kind(table, column.name))
        for table in tables
        for column in table.c
        if column.name.endswith(_SEALED) and column.name.replace(_SEALED, _MASK) in table.c
    )


def _kind(table: Table, column: str) -> Kind:
    field = column.removesuffix(_SEALED)
    if f"{field}{_TAIL}" in table.c:
        return "phone"
    return "email" if field == "email" else "name"
