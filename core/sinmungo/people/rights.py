"""What each role may do, as the city has it.

Slices declare which roles hold a permission; a city keeps only where it differs. The differences
are added up into `officers.principal` with the roles, so that no request asks for them, and every
change empties it: rights follow at the next request, in every process.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, select

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import EventRow, emit, timeline
from sinmungo.host.types import Permission, Right
from sinmungo.people import queries as q
from sinmungo.people import writes as w
from sinmungo.people.events import RIGHTS, RIGHTS_SUBJECT, RightChange, RoleRightsChanged
from sinmungo.people.models import ROLES, officers, role_grants
from sinmungo.people.permissions import GUESTS, MANAGE, SELF
from sinmungo.people.rights_models import role_rights
from sinmungo.people.service import people_by_id
from sinmungo_tenants import insert_into, read, write

ADMIN = "TENANT_ADMIN"
STAFF_ROLES = {code: title for code, title in ROLES.items() if code not in GUESTS}
_KEEP_PAGE = "관리자는 ‘부서·직원 관리’를 늘 할 수 있어야 합니다. 이 화면을 여는 권한입니다."
_KEEP_SELF = "‘내 계정’은 누구나 씁니다. 비밀번호를 바꾸는 권한입니다."

type Cell = tuple[str, str]
type Wanted = Mapping[Cell, bool | None]


class _Stored(msgspec.Struct):
    role: str
    permission: str
    granted: bool


class _Holder(msgspec.Struct):
    officer_id: UUID
    role: str


class Group(msgspec.Struct):
    """The permissions of one slice."""

    title: str
    permissions: list[Permission]


class Matrix(msgspec.Struct):
    """Roles and permissions as they stand; `own` are the cells where the city differs.

    `version` counts the changes; `mark` also moves when a feature is switched on or off.
    """

    groups: list[Group]
    own: dict[Cell, bool]
    version: int

    @property
    def permissions(self) -> dict[str, Permission]:
        """Every permission of the city, by code."""
        return {p.code: p for g in self.groups for p in g.permissions}

    @property
    def mark(self) -> str:
        """What a form hands back: the version and which permissions it showed."""
        codes = ",".join(sorted(self.permissions))
        return f"{self.version}-{sha256(codes.encode()).hexdigest()[:12]}"

    def holds(self, role: str, permission: Permission) -> bool:
        """Whether the role holds the permission in this city."""
        return self.own.get((role, permission.code), role in permission.roles)

    def rights(self) -> frozenset[Right]:
        """Return the differences as the host takes them."""
        return frozenset((role, code, granted) for (role, code), granted in self.own.items())


class Change(msgspec.Struct):
    """One cell that would change, and how many officers gain or lose the permission by all."""

    role: str
    permission: str
    role_title: str
    title: str
    old: bool
    new: bool
    gain: int = 0
    lose: int = 0


class Preview(msgspec.Struct):
    """What saving would do; `gain` and `lose` count officers who can do more or less than now."""

    wanted: dict[Cell, bool | None]
    changes: list[Change]
    gain: int
    lose: int


class Entry(msgspec.Struct):
    """One change of the past: who, when, which cells."""

    id: UUID
    at: datetime
    who: str
    changes: list[Change]


_OWN = read(
    select(role_rights.c.role, role_rights.c.permission, role_rights.c.granted).order_by(
        role_rights.c.role, role_rights.c.permission
    ),
    _Stored,
)
_HOLDERS = read(
    select(role_grants.c.officer_id, role_grants.c.role)
    .join(officers, officers.c.id == role_grants.c.officer_id)
    .where(role_grants.c.revoked_at.is_(None), officers.c.state == "ACTIVE"),
    _Holder,
)
_ADD = insert_into(role_rights)
_DROP = write(
    delete(role_rights).where(
        role_rights.c.role == bindparam("role"), role_rights.c.permission == bindparam("permission")
    )
)


def fixed(role: str, permission: str) -> str:
    """Return why a cell cannot be changed, an empty text if it can."""
    if role == ADMIN and permission == MANAGE:
        return _KEEP_PAGE
    return _KEEP_SELF if permission == SELF else ""


async def matrix(ctx: Ctx) -> Matrix:
    """Return what each role may do now; what guests alone may do is fixed and left out."""
    groups = [
        Group(s.slice.title, held)
        for s in ctx.host.active_slices(ctx.city)
        if (held := [p for p in s.slice.permissions if not set(p.roles) <= set(GUESTS)])
    ]
    own = {(r.role, r.permission): r.granted for r in await ctx.db.all(_OWN)}
    return Matrix(groups, own, len(await timeline(ctx, RIGHTS_SUBJECT)))


async def preview(ctx: Ctx, now: Matrix, wanted: Wanted) -> Preview:
    """Return what giving these cells these values (None: as declared) would change.

    Raises InvalidError for a role or permission that there is not, RefusedError for a fixed cell.
    """
    known, after, changed = now.permissions, dict(now.own), []
    for (role, code), value in sorted(wanted.items()):
        _check(role, code, known)
        permission = known[code]
        old = now.holds(role, permission)
        _put(after, role, permission, value)
        new = after.get((role, code), role in permission.roles)
        if old == new:
            continue
        told = fixed(role, code)
        if told:
            raise RefusedError(told)
        changed.append(_change(role, code, known, old=old, new=new))
    gain, lose = await _count(ctx, now, after, changed)
    cells = {(c.role, c.permission): after.get((c.role, c.permission)) for c in changed}
    return Preview(cells, changed, gain, lose)


def _check(role: str, code: str, known: Mapping[str, Permission]) -> None:
    errors = {}
    if role not in STAFF_ROLES:
        errors["role"] = f"권한을 바꿀 수 있는 역할이 아닙니다: {role}"
    if code not in known:
        errors["permission"] = f"모르는 권한입니다: {code}"
    if errors:
        raise InvalidError(errors)


def _put(own: dict[Cell, bool], role: str, permission: Permission, value: bool | None) -> None:  # noqa: FBT001 - a cell's value
    """Keep a cell only where it differs from what its slice declares."""
    if value is None or value == (role in permission.roles):
        own.pop((role, permission.code), None)
    else:
        own[role, permission.code] = value


def _change(
    role: str, code: str, known: Mapping[str, Permission], *, old: bool, new: bool
) -> Change:
    title = known[code].title if code in known else f"{code} (지금은 없는 권한)"
    return Change(role, code, ROLES.get(role, role), title, old, new)


async def _count(
    ctx: Ctx, now: Matrix, after: dict[Cell, bool], changed: Sequence[Change]
) -> tuple[int, int]:
    """Count the officers who gain and lose, at each change and in all."""
    held: dict[UUID, set[str]] = {}
    for row in await ctx.db.all(_HOLDERS):
        held.setdefault(row.officer_id, set()).add(row.role)
    rights = Matrix(now.groups, after, now.version).rights()
    gained = lost = 0
    for mine in held.values():
        roles = frozenset(mine)
        before = ctx.host.permissions_of(ctx.city, roles, now.rights())
        then = ctx.host.permissions_of(ctx.city, roles, rights)
        gained += bool(then - before)
        lost += bool(before - then)
        for change in changed:
            if change.role in roles:
                change.gain += change.permission in then - before
                change.lose += change.permission in before - then
    return gained, lost


async def save(ctx: Ctx, wanted: Wanted, version: int) -> int:
    """Give these cells these values and return the new version.

    Raises as `preview` does, and StaleError when somebody changed rights since `version`.
    """
    await ctx.db.all(q.ADMINS)  # a lock: of two who save at once, one sees what the other did
    now = await matrix(ctx)
    if now.version != version:
        raise StaleError
    seen = await preview(ctx, now, wanted)
    if not seen.changes:
        return version
    for (role, code), value in seen.wanted.items():
        await ctx.db.run(_DROP, role=role, permission=code)
        if value is not None:
            await ctx.db.run(
                _ADD,
                id=clock.uuid7(),
                role=role,
                permission=code,
                granted=value,
                changed_at=clock.now(),
                changed_by=ctx.me.officer_id,
            )
    await ctx.db.run(w.FORGET_ALL_PRINCIPALS)
    event = RoleRightsChanged(
        changes=[RightChange(c.role, c.permission, c.old, c.new) for c in seen.changes]
    )
    await emit(ctx, event, subject_kind=RIGHTS, subject_id=RIGHTS_SUBJECT, seq=version + 1)
    return version + 1


async def history(ctx: Ctx) -> list[Entry]:
    """Return every change of rights, the newest first."""
    rows = (await timeline(ctx, RIGHTS_SUBJECT))[::-1]
    people = await people_by_id(ctx, [r.actor_id for r in rows])
    known = {p.code: p for p in ctx.host.permissions(ctx.city)}
    return [
        Entry(
            r.id,
            r.recorded_at,
            str(people.get(r.actor_id) or "") if r.actor_id else "시스템",
            [_change(c.role, c.permission, known, old=c.old, new=c.new) for c in _cells(r)],
        )
        for r in rows
    ]


def _cells(row: EventRow) -> list[RightChange]:
    return msgspec.convert(row.payload, RoleRightsChanged).changes


async def before(ctx: Ctx, change_id: UUID) -> dict[Cell, bool | None]:
    """Return the cells of a change as they were before it, to be saved like any others."""
    rows = await timeline(ctx, RIGHTS_SUBJECT)
    row = next((r for r in rows if r.id == change_id), None)
    if row is None:
        raise MissingError
    known = {p.code for p in ctx.host.permissions(ctx.city)}
    return {(c.role, c.permission): c.old for c in _cells(row) if c.permission in known}


def as_declared(now: Matrix) -> dict[Cell, bool | None]:
    """Return the cells that bring back what the slices declare."""
    known = now.permissions
    return {cell: None for cell in now.own if cell[1] in known}
