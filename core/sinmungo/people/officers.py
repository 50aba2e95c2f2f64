"""What an admin does with officers. Rights follow at once: every change empties `principal`."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import EventRow, emit, timeline
from sinmungo.host.personal import seal, unseal
from sinmungo.people import events
from sinmungo.people import queries as q
from sinmungo.people import writes as w
from sinmungo.people.identity import Identifier
from sinmungo.people.models import ROLES
from sinmungo.people.passwords import hash_password, temporary_password
from sinmungo.people.permissions import REGIONAL
from sinmungo.people.service import (
    MAX_NAME,
    NO_UNIT,
    NewOfficer,
    add_officer,
    add_post,
    email_fault,
    grant,
    role_fault,
    unit,
)
from sinmungo.text.normalise import clean
from sinmungo_tenants import Write

ADMIN = "TENANT_ADMIN"


class OfficerDetail(msgspec.Struct):
    """An officer as the admin and the officer see one, personal fields opened."""

    id: UUID
    login: str
    name: str
    email: str
    phone: str | None
    state: str
    must_change: bool
    locked: bool
    row_version: int
    roles: list[str]
    posts: list[q.PostRow]
    grants: list[q.GrantRow]

    @property
    def post(self) -> q.PostRow | None:
        """The post held today; the newest, if there are several."""
        today = clock.today()
        held = (p for p in self.posts if p.valid_from <= today and not _over(p, today))
        return next(held, None)


def _over(post: q.PostRow, on: date) -> bool:
    return post.valid_to is not None and post.valid_to <= on


class OfficerEdit(msgspec.Struct, kw_only=True):
    """The officer's own data, as a whole."""

    name: str
    email: str | None = None
    phone: str | None = None


class Move(msgspec.Struct, kw_only=True):
    """A new post from a day on; all others end on that day."""

    unit_id: UUID
    title: str
    is_head: bool = False
    valid_from: date | None = None


async def detail(ctx: Ctx, officer_id: UUID) -> OfficerDetail:
    """Return one officer; `NotFoundError` when there is none."""
    row = await ctx.db.one(q.ACCOUNT, id=officer_id)
    posts = await ctx.db.all(q.POSTS_OF, officer_id=officer_id)
    grants = await ctx.db.all(q.GRANTS_OF, officer_id=officer_id)
    return OfficerDetail(
        id=row.id,
        login=row.login,
        name=unseal(ctx, "name", row.name_sealed, row.id),
        email=unseal(ctx, "email", row.email_sealed, row.id),
        phone=row.phone,
        state=row.state,
        must_change=row.must_change,
        locked=row.locked_until is not None and row.locked_until > clock.now(),
        row_version=row.row_version,
        roles=[r for r in ROLES if any(g.role == r and g.revoked_at is None for g in grants)],
        posts=posts,
        grants=grants,
    )


async def history(ctx: Ctx, officer_id: UUID) -> list[EventRow]:
    """Return what was done with the account, newest first."""
    return (await timeline(ctx, officer_id))[::-1]


async def add(ctx: Ctx, new: NewOfficer) -> tuple[UUID, str]:
    """Add an officer; return the id and the temporary password, which is told once."""
    _not_regional(new.roles)
    return await add_guest(ctx, new)


async def add_guest(ctx: Ctx, new: NewOfficer) -> tuple[UUID, str]:
    """Add someone from outside, whose role is given nowhere else; as `add` otherwise."""
    password = temporary_password()
    made = msgspec.structs.replace(new, password=password, must_change=True)
    return await add_officer(ctx, made), password


async def edit(ctx: Ctx, officer_id: UUID, changed: OfficerEdit, row_version: int) -> None:
    """Change name, mail and telephone."""
    name, now = clean(changed.name), await detail(ctx, officer_id)
    errors = {
        "name": "" if 0 < len(name) <= MAX_NAME else "이름을 적어 주세요.",
        "email": email_fault(changed.email),
    }
    if any(errors.values()):
        raise InvalidError({field: text for field, text in errors.items() if text})
    await _change(
        ctx,
        w.SET_OFFICER,
        officer_id,
        row_version,
        phone=changed.phone,
        **seal(ctx, "name", name, "name", officer_id),
        **seal(ctx, "email", changed.email, "email", officer_id),
    )
    pairs = (
        ("name", now.name, name),
        ("email", now.email, changed.email or ""),
        ("phone", now.phone, changed.phone),
    )
    fields = [field for field, old, new in pairs if old != new]
    await _tell(ctx, events.OfficerChanged(officer_id=officer_id, fields=fields), row_version)


async def move(ctx: Ctx, officer_id: UUID, to: Move, row_version: int) -> None:
    """Give a new post from a day on and end the others on that day; the past stays as it was."""
    found, title = await detail(ctx, officer_id), clean(to.title)
    day = to.valid_from or clock.today()
    await _check_move(ctx, found, to, title, day)
    await _change(ctx, w.TOUCH_OFFICER, officer_id, row_version)
    for post in found.posts:
        if post.valid_from >= day:
            await ctx.db.run(w.DROP_POST, id=post.id)
        elif not _over(post, day):
            await ctx.db.run(w.END_POST, b_id=post.id, valid_to=day)
    await add_post(
        ctx, officer_id, unit_id=to.unit_id, title=title, is_head=to.is_head, valid_from=day
    )
    event = events.OfficerMoved(officer_id=officer_id, unit_id=to.unit_id, valid_from=day)
    await _tell(ctx, event, row_version)


async def _check_move(ctx: Ctx, found: OfficerDetail, to: Move, title: str, day: date) -> None:
    target = await unit(ctx, to.unit_id)
    if target.valid_from > day or target.valid_to is not None:
        raise InvalidError({"unit_id": NO_UNIT})
    if not 0 < len(title) <= MAX_NAME:
        raise InvalidError({"title": "직위를 적어 주세요."})
    if found.post is not None and day < found.post.valid_from:
        raise InvalidError({"valid_from": "지금 보직이 시작된 날 뒤로 적어 주세요."})


async def set_roles(ctx: Ctx, officer_id: UUID, roles: tuple[str, ...], row_version: int) -> None:
    """Let the officer hold exactly these roles. The city's last admin stays one."""
    fault = role_fault(roles)
    if fault:
        raise InvalidError({"roles": fault})
    held, now = set((await detail(ctx, officer_id)).roles), clock.now()
    _not_regional((*roles, *held))
    if ADMIN in held and ADMIN not in roles:
        await _keep_an_admin(ctx, officer_id)
    await _change(ctx, w.TOUCH_OFFICER, officer_id, row_version)
    for role in sorted(set(roles) - held):
        await grant(ctx, officer_id, role, now, seq=row_version + 1)
    for role in sorted(held - set(roles)):
        await ctx.db.run(
            w.REVOKE_ROLE,
            b_officer=officer_id,
            b_role=role,
            revoked_at=now,
            revoked_by=ctx.me.officer_id,
        )
        await _tell(ctx, events.RoleRevoked(officer_id=officer_id, role=role), row_version)


def _not_regional(roles: Iterable[str]) -> None:
    if REGIONAL in roles:
        raise RefusedError("지역팀 계정은 ‘지역팀’ 화면에서 기간을 정해 줍니다.")


async def _keep_an_admin(ctx: Ctx, but: UUID) -> None:
    admins = await ctx.db.all(q.ADMINS)
    if not set(admins) - {but}:
        raise RefusedError("관리자가 한 명은 있어야 합니다. 다른 직원을 먼저 관리자로 정해 주세요.")


async def disable(ctx: Ctx, identifier: Identifier, officer_id: UUID, row_version: int) -> None:
    """Let the account work no more: it is signed out everywhere and its tokens are refused."""
    if ADMIN in (await detail(ctx, officer_id)).roles:
        await _keep_an_admin(ctx, officer_id)
    await _change(ctx, w.SET_STATE, officer_id, row_version, state="DISABLED")
    await identifier.close_all(ctx, officer_id)
    await _tell(ctx, events.OfficerDisabled(officer_id=officer_id), row_version)


async def enable(ctx: Ctx, officer_id: UUID, row_version: int) -> None:
    """Let the account work again."""
    await _change(ctx, w.SET_STATE, officer_id, row_version, state="ACTIVE")
    await _tell(ctx, events.OfficerEnabled(officer_id=officer_id), row_version)


async def unlock(ctx: Ctx, officer_id: UUID, row_version: int) -> None:
    """Lift the lock after wrong passwords before its ten minutes are over."""
    await _change(ctx, w.UNLOCK, officer_id, row_version)
    await _tell(ctx, events.OfficerUnlocked(officer_id=officer_id), row_version)


async def reset_password(
    ctx: Ctx, identifier: Identifier, officer_id: UUID, row_version: int
) -> str:
    """Return a one-time password, told once; it must be changed at the next sign-in."""
    password = temporary_password()
    hashed = await hash_password(password)
    await _change(
        ctx, w.SET_PASSWORD, officer_id, row_version, password_hash=hashed, must_change=True
    )
    await identifier.close_all(ctx, officer_id)
    await _tell(ctx, events.PasswordReset(officer_id=officer_id), row_version)
    return password


async def sign_out_everywhere(
    ctx: Ctx, identifier: Identifier, officer_id: UUID, row_version: int
) -> None:
    """End every session of the officer."""
    await _change(ctx, w.TOUCH_OFFICER, officer_id, row_version)
    await identifier.close_all(ctx, officer_id)
    await _tell(ctx, events.SessionsRevoked(officer_id=officer_id), row_version)


async def _change(
    ctx: Ctx, statement: Write, officer_id: UUID, row_version: int, **values: object
) -> None:
    if await ctx.db.run(statement, b_id=officer_id, b_version=row_version, **values):
        return
    if await ctx.db.first(q.ACCOUNT, id=officer_id) is None:
        raise MissingError
    raise StaleError


async def _tell(ctx: Ctx, event: events.OfficerEvent, row_version: int) -> None:
    await emit(
        ctx, event, subject_kind=events.OFFICER, subject_id=event.officer_id, seq=row_version + 1
    )
