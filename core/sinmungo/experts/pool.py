"""The register's rules: at least one field, a term from a day to a day, never deleted here."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.experts import events, words
from sinmungo.experts import queries as q
from sinmungo.experts.record import USUAL_CAPACITY, ExpertValues, as_texts, understand
from sinmungo.host.access_log import note_access
from sinmungo.host.city_settings import get_settings
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.host.personal import seal, unseal
from sinmungo.host.setting_fields import about
from sinmungo.host.types import Event, SettingsGroup
from sinmungo.people.officers import add as add_officer
from sinmungo.people.service import NewOfficer
from sinmungo.text.errors import InputProblem

ROLE = "EXPERT"
FOUND = 50
_TAIL = 4


class Expert(msgspec.Struct, frozen=True):
    """An expert with the personal fields opened."""

    id: UUID
    values: ExpertValues
    state: str
    login: str | None
    officer_id: UUID | None
    review_since: datetime | None
    row_version: int


class Pool(msgspec.Struct, frozen=True):
    """What the city calls its experts."""

    pool_name: Annotated[
        str,
        about("자문단 이름", "화면과 보고에 나옵니다. 예: 자문단", min_length=1, max_length=20),
    ] = words.POOL_DEFAULT


POOL_GROUP = SettingsGroup(
    "experts",
    "전문가 자문",
    Pool,
    "experts",
    lead="자문단을 부르는 이름. 자문료와 한도는 ‘자문료 기준’ 화면에 있습니다.",
    order=330,
)


async def seed(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Add the fields of the city's file (`[<slice>.fields]` CODE = "label"), or the usual ones."""
    given: Mapping[str, str] = table.get("fields") or words.FIELDS
    if await list_fields(ctx):
        return
    for position, (code, label) in enumerate(given.items(), start=1):
        await ctx.db.run(
            q.ADD_FIELD, code=code, label=label, position=position, active=True, row_version=1
        )


async def pool_name(ctx: Ctx) -> str:
    """Return what the city calls its experts."""
    found = await get_settings(ctx, {words.POOL_NAME: words.POOL_DEFAULT})
    return str(found[words.POOL_NAME])


async def list_fields(ctx: Ctx, on: date | None = None) -> list[q.FieldRow]:
    """Return the fields in the city's order, each with the number of experts serving on a day."""
    return await ctx.db.all(q.FIELDS, today=on or clock.today())


async def counts(ctx: Ctx, on: date | None = None) -> dict[str, int]:
    """Return how many experts are in each state on a day."""
    rows = await ctx.db.all(q.STATE_COUNTS, today=on or clock.today())
    return dict.fromkeys(words.TERM, 0) | {row.state: row.count for row in rows}


async def list_experts(
    ctx: Ctx,
    *,
    field: str | None = None,
    state: str | None = None,
    after: tuple[str, UUID] | None = None,
    limit: int,
) -> list[q.ExpertLine]:
    """Return experts by affiliation, `after` the affiliation and id of the last one seen."""
    affiliation, expert_id = after or (None, None)
    return await ctx.db.all(
        q.PAGE,
        today=clock.today(),
        field=field,
        state=state,
        after_affiliation=affiliation,
        after_id=expert_id,
        limit=limit,
    )


async def to_review(ctx: Ctx) -> list[q.ExpertLine]:
    """Return the experts about whom somebody has to decide."""
    return await ctx.db.all(q.REVIEW_LIST, today=clock.today())


async def find(ctx: Ctx, query: str) -> list[q.ExpertLine]:
    """Return the experts of a whole name, a telephone, or the last four digits of one."""
    if not query:
        return []
    digits = "".join(char for char in query if char.isdigit())
    try:
        phones = ctx.cipher.lookups(query, "phone")
    except InputProblem:
        phones = []
    return await ctx.db.all(
        q.FOUND,
        today=clock.today(),
        names=ctx.cipher.lookups(query, "name"),
        phones=phones,
        tails=ctx.cipher.lookup_tails(digits) if len(digits) == _TAIL else [],
        limit=FOUND,
    )


async def expert(ctx: Ctx, expert_id: UUID) -> Expert:
    """Return a record with the person opened, and write down who looked."""
    found = await stored(ctx, expert_id)
    await note_access(ctx, "VIEW", subject_kind=events.EXPERT, subject_id=expert_id)
    return found


async def add(ctx: Ctx, texts: Mapping[str, str]) -> UUID:
    """Add an expert from texts by field name and return the id. Raises `InvalidError`."""
    known = [f.code for f in await list_fields(ctx)]
    values = understand({"capacity": str(USUAL_CAPACITY), **texts}, known)
    expert_id = clock.uuid7()
    columns = _columns(ctx, values, expert_id)
    await ctx.db.run(q.ADD, id=expert_id, created_at=clock.now(), row_version=1, **columns)
    await _put_fields(ctx, expert_id, values.fields)
    await _tell(ctx, events.ExpertAdded(), expert_id, 1)
    return expert_id


async def edit(ctx: Ctx, expert_id: UUID, texts: Mapping[str, str], row_version: int) -> int:
    """Change the fields that `texts` names and return the new row version.

    Nothing is written when nothing differs. Raises `InvalidError`, `StaleError`, `MissingError`.
    """
    old = await stored(ctx, expert_id)
    if old.row_version != row_version:
        raise StaleError
    known = [f.code for f in await list_fields(ctx)]
    values = understand({**as_texts(old.values), **texts}, known)
    names = ExpertValues.__struct_fields__
    changed = [f for f in names if getattr(values, f) != getattr(old.values, f)]
    if not changed:
        return row_version
    columns = _columns(ctx, values, expert_id)
    if not await ctx.db.run(q.EDIT, b_id=expert_id, b_version=row_version, **columns):
        raise StaleError
    if "fields" in changed:
        await ctx.db.run(q.DROP_EXPERT_FIELDS, expert_id=expert_id)
        await _put_fields(ctx, expert_id, values.fields)
    await _tell(ctx, events.ExpertChanged(fields=changed), expert_id, row_version + 1)
    return row_version + 1


async def give_account(ctx: Ctx, expert_id: UUID, login: str, row_version: int) -> str:
    """Give the expert an account; return the temporary password, which is told once.

    The account has the role EXPERT and no unit: it opens the own sessions and nothing else.
    """
    found = await stored(ctx, expert_id)
    if found.officer_id is not None:
        raise RefusedError("이미 계정이 있습니다. 비밀번호는 관리자 화면에서 다시 줄 수 있습니다.")
    if not login.strip():
        raise InvalidError({"login": "아이디를 적어 주세요."})
    new = NewOfficer(
        login=login,
        name=found.values.name,
        unit_id=None,
        title=found.values.title or "전문가",
        roles=(ROLE,),
        email=found.values.email,
    )
    officer_id, password = await add_officer(ctx, new)
    await link(ctx, expert_id, officer_id, row_version)
    return password


async def link(ctx: Ctx, expert_id: UUID, officer_id: UUID, row_version: int) -> None:
    """Let an account be this expert's."""
    touched = await ctx.db.run(q.LINK, b_id=expert_id, b_version=row_version, officer_id=officer_id)
    if not touched:
        raise StaleError
    await _tell(ctx, events.AccountGiven(officer_id=officer_id), expert_id, row_version + 1)


async def accounts_of_nobody(ctx: Ctx) -> list[UUID]:
    """Return the accounts with the role EXPERT that belong to no expert yet."""
    return await ctx.db.all(q.UNLINKED_GUESTS, role=ROLE)


async def review(ctx: Ctx, expert_id: UUID, outcome: str, row_version: int) -> None:
    """Decide about an expert whose ratings were low twice: KEEP or LEAVE."""
    if outcome not in words.REVIEW:
        raise InvalidError({"outcome": "재검토 결과를 골라 주세요."})
    found = await stored(ctx, expert_id)
    if found.review_since is None:
        raise RefusedError("재검토 대상이 아닙니다.")
    touched = await ctx.db.run(
        q.REVIEW,
        b_id=expert_id,
        b_version=row_version,
        review_since=None,
        reviewed_at=clock.now(),
        active=outcome == "KEEP" and found.values.active,
    )
    if not touched:
        raise StaleError
    await _tell(ctx, events.Reviewed(outcome=outcome), expert_id, row_version + 1)


async def stored(ctx: Ctx, expert_id: UUID) -> Expert:
    """Return a record with the person opened, for use inside the slice: nobody looked."""
    row = await ctx.db.first(q.EXPERT, id=expert_id, today=clock.today())
    if row is None:
        raise MissingError
    values = ExpertValues(
        name=unseal(ctx, "name", row.name_sealed, row.id),
        phone=unseal(ctx, "phone", row.phone_sealed, row.id) or None,
        email=unseal(ctx, "email", row.email_sealed, row.id) or None,
        affiliation=row.affiliation,
        title=row.title,
        fields=row.fields,
        regions=row.regions,
        capacity=row.capacity,
        term_from=row.term_from,
        term_to=row.term_to,
        active=row.active,
    )
    return Expert(
        row.id, values, row.state, row.login, row.officer_id, row.review_since, row.row_version
    )


async def _put_fields(ctx: Ctx, expert_id: UUID, codes: list[str]) -> None:
    await ctx.db.run_many(
        q.ADD_EXPERT_FIELD, [{"expert_id": expert_id, "field": code} for code in codes]
    )


async def _tell(ctx: Ctx, event: Event, expert_id: UUID, seq: int) -> None:
    await emit(ctx, event, subject_kind=events.EXPERT, subject_id=expert_id, seq=seq)


def _columns(ctx: Ctx, values: ExpertValues, expert_id: UUID) -> dict[str, Any]:
    plain = {
        name: getattr(values, name)
        for name in values.__struct_fields__
        if name not in {"name", "phone", "email", "fields"}
    }
    return {
        **seal(ctx, "name", values.name, "name", expert_id),
        **seal(ctx, "phone", values.phone, "phone", expert_id),
        **seal(ctx, "email", values.email, "email", expert_id),
        **plain,
    }
