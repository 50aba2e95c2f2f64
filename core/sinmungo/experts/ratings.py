"""What the company thought of a session: by a link that works once, or told to an officer (A5)."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import LargeBinary, bindparam, func, or_, select, update

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError
from sinmungo.experts import advice_queries as q
from sinmungo.experts import events, rules, words
from sinmungo.experts import queries as pool
from sinmungo.experts.models import (
    advice_fields,
    advice_ratings,
    advice_requests,
    experts,
    rating_links,
)
from sinmungo.experts.record import body
from sinmungo.host.context import Ctx
from sinmungo.host.events import emit
from sinmungo.web.forms import Gather
from sinmungo_tenants import insert_into, read, write

KEPT = timedelta(days=30)
RATABLE = ("REPORTED", "PAID")


class Asked(msgspec.Struct):
    """What the page of a link shows: which session is meant, no person's name."""

    request_id: UUID
    no: str
    field_label: str
    held_on: date | None


class _Of(msgspec.Struct):
    expert_id: UUID | None
    row_version: int


_l, _r = rating_links.c, advice_requests.c
_HASH = bindparam("token_hash", type_=LargeBinary())
_ADD_LINK = insert_into(rating_links)
_BY_LINK = read(
    select(_l.request_id, _r.no, advice_fields.c.label.label("field_label"), _r.held_on)
    .join(advice_requests, _r.id == _l.request_id)
    .join(advice_fields, advice_fields.c.code == _r.field)
    .outerjoin(advice_ratings, advice_ratings.c.request_id == _r.id)
    .where(
        _l.token_hash == _HASH,
        _l.expires_at > bindparam("now"),
        _l.used_at.is_(None),
        advice_ratings.c.request_id.is_(None),
    ),
    Asked,
)
_USE_LINK = write(
    update(rating_links)
    .where(_l.token_hash == bindparam("b_hash"), _l.used_at.is_(None))
    .values(used_at=bindparam("used_at"))
)
_LOW_SINCE_REVIEW = read(
    select(func.count())
    .select_from(advice_ratings)
    .join(advice_requests, _r.id == advice_ratings.c.request_id)
    .join(experts, experts.c.id == _r.expert_id)
    .where(
        _r.expert_id == bindparam("expert_id"),
        advice_ratings.c.score <= rules.LOW_SCORE,
        or_(
            experts.c.reviewed_at.is_(None),
            advice_ratings.c.rated_at > experts.c.reviewed_at,
        ),
    ),
    int,
)
_STATE = read(select(_r.state).where(_r.id == bindparam("id")), str)
_OF_RATING = read(
    select(_r.expert_id, _r.row_version).where(_r.id == bindparam("id")),
    _Of,
)


async def make_link(ctx: Ctx, request_id: UUID) -> str:
    """Return the path of a fresh link of a reported session; it works once, for thirty days."""
    token, now = secrets.token_urlsafe(24), clock.now()
    await ctx.db.run(
        _ADD_LINK,
        token_hash=_digest(token),
        request_id=request_id,
        made_at=now,
        expires_at=now + KEPT,
    )
    return f"/experts/rate/{token}"


async def link_for(ctx: Ctx, request_id: UUID) -> str:
    """Return the path of a link for an officer to hand on."""
    found = await q.BRIEF.first(ctx, id=request_id)
    if found is None:
        raise MissingError
    _check_state(found.state)
    return await make_link(ctx, request_id)


async def by_link(ctx: Ctx, token: str) -> Asked:
    """Return what a link asks; MissingError when it was used, is over, or never was."""
    found = await ctx.db.first(_BY_LINK, token_hash=_digest(token), now=clock.now())
    if found is None:
        raise MissingError("이미 평가하셨거나 기한이 지난 주소입니다.")
    return found


async def rate_by_link(ctx: Ctx, token: str, score: int | None, comment: str) -> None:
    """Take the company's rating; the link works no more."""
    asked = await by_link(ctx, token)
    await _rate(ctx, asked.request_id, score, comment, "LINK", clock.now())
    await ctx.db.run(_USE_LINK, b_hash=_digest(token), used_at=clock.now())


async def rate(ctx: Ctx, request_id: UUID, score: int | None, comment: str) -> None:
    """Write down a rating that the company told an officer."""
    found = await q.BRIEF.first(ctx, id=request_id)
    if found is None:
        raise MissingError
    await _rate(ctx, request_id, score, comment, "OFFICER", clock.now())


async def _rate(
    ctx: Ctx, request_id: UUID, score: int | None, comment: str, source: str, now: datetime
) -> None:
    if score not in words.SCORE:
        raise InvalidError({"score": "1점부터 5점까지 가운데 골라 주세요."})
    gather = Gather()
    told = gather.take("comment", body, comment, "")
    gather.done()
    _check_state(await ctx.db.one(_STATE, id=request_id))
    added = await ctx.db.run(
        q.ADD_RATING,
        request_id=request_id,
        score=score,
        comment=told or None,
        source=source,
        rated_at=now,
        rated_by=ctx.me.officer_id,
    )
    if not added:
        raise RefusedError("이미 평가한 자문입니다.")
    of = await ctx.db.one(_OF_RATING, id=request_id)
    event = events.Rated(request_id=request_id, score=score, source=source)
    await emit(ctx, event, subject_kind=events.ADVICE, subject_id=request_id, seq=of.row_version)
    if score <= rules.LOW_SCORE and of.expert_id is not None:
        await _look_at(ctx, of.expert_id)


def _check_state(state: str) -> None:
    if state not in RATABLE:
        raise RefusedError("보고가 끝난 자문만 평가할 수 있습니다.")


async def _look_at(ctx: Ctx, expert_id: UUID) -> None:
    """Flag an expert whose ratings were low twice since somebody last decided about him."""
    low = await ctx.db.one(_LOW_SINCE_REVIEW, expert_id=expert_id)
    if low < rules.LOW_TIMES:
        return
    if await ctx.db.run(pool.FLAG, b_id=expert_id, review_since=clock.now()):
        row = await ctx.db.one(pool.EXPERT, id=expert_id, today=clock.today())
        await emit(
            ctx,
            events.ReviewFlagged(),
            subject_kind=events.EXPERT,
            subject_id=expert_id,
            seq=row.row_version,
        )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
