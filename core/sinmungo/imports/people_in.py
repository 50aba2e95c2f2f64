"""Staff lists and lists of departments: who is known is moved or mended, others are added.

A line without a name and a login is about its department. Departments come into being by such
lines, or where a person's line says under which department theirs stands; so that a slip of the pen
makes no department. Blank cells change nothing. Accounts begin without a password: the page of the
run hands out one-time links.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sinmungo import clock
from sinmungo.errors import InvalidError, RefusedError
from sinmungo.host.context import Ctx
from sinmungo.imports import queries as q
from sinmungo.imports.columns import key_of
from sinmungo.imports.outcome import Outcome
from sinmungo.imports.plan import Row
from sinmungo.imports.problems import LineProblemError
from sinmungo.imports.values import telephone, words
from sinmungo.people import officers
from sinmungo.people import queries as people_q
from sinmungo.people import service as people
from sinmungo.people.models import ROLES
from sinmungo.people.officers import Move, OfficerDetail, OfficerEdit
from sinmungo.people.permissions import REGIONAL
from sinmungo.people.units import set_phone

KIND = "PEOPLE"
DEFAULT_ROLES = ("LEAD_OFFICER",)
DEFAULT_TITLE = "주무관"
_COLUMN_OF = {
    "login": "login",
    "name": "name",
    "title": "title",
    "email": "email",
    "roles": "role",
    "phone": "phone",
    "parent_id": "parent",
}
_GIVEN = {code: title for code, title in ROLES.items() if code != REGIONAL}
_ROLE_CODES = {key_of(text): code for code, title in _GIVEN.items() for text in (title, code)}
_ROLE_CODES |= {key_of(title.split("(")[0]): code for code, title in _GIVEN.items()}
_HEAD = {key_of(word) for word in ("예", "Y", "O", "○", "1", "부서장", "장", "true")}
_ENDINGS = (("팀", "TEAM"), ("계", "TEAM"), ("국", "BUREAU"), ("본부", "BUREAU"))


@dataclass(slots=True)
class Told:
    """What a line says."""

    unit: str
    parent: str
    login: str
    name: str
    title: str
    email: str
    phone: str | None
    roles: tuple[str, ...] = ()
    is_head: bool | None = None


@dataclass(slots=True)
class Unit:
    """A department as the lines of a run need it."""

    id: UUID
    name: str
    parent_id: UUID | None
    kind: str
    phone: str | None
    row_version: int


@dataclass(slots=True)
class Known:
    """The departments and logins of the city, those that this run made too."""

    units: list[Unit] = field(default_factory=list)
    logins: dict[str, UUID] = field(default_factory=dict)

    def named(self, name: str) -> list[Unit]:
        """Return the departments of a name, also one written with its parent's before it."""
        key, names = key_of(name), {u.id: u.name for u in self.units}
        whole = [
            u
            for u in self.units
            if u.parent_id in names and key_of(names[u.parent_id] + u.name) == key
        ]
        return [u for u in self.units if key_of(u.name) == key] or whole


class PeopleTarget:
    """Writes the lines of a list."""

    def __init__(self, run_id: UUID, known: Known) -> None:
        self._run_id = run_id
        self._known = known

    @classmethod
    async def load(cls, ctx: Ctx, run: q.RunRow) -> "PeopleTarget":
        """Read the departments of today and every login."""
        rows = [u for u in await people.list_units(ctx) if u.valid_to is None]
        units = [Unit(u.id, u.name, u.parent_id, u.kind, u.phone, u.row_version) for u in rows]
        staff = await ctx.db.all(people_q.OFFICERS, on=clock.today())
        return cls(run.id, Known(units, {row.login: row.id for row in staff}))

    async def write(self, ctx: Ctx, rows: Sequence[Row], to: Outcome) -> None:
        """Understand and write the rows; each ends in one count of `to`."""
        for row in rows:
            units, logins = list(self._known.units), dict(self._known.logins)
            try:
                async with ctx.db.savepoint():
                    done = await self._one(ctx, _understand(row))
                setattr(to, done, getattr(to, done) + 1)
            except (LineProblemError, InvalidError, RefusedError) as error:
                self._known.units, self._known.logins = units, logins
                to.refuse(row, _problem(error))

    async def _one(self, ctx: Ctx, told: Told) -> str:
        about_unit = not told.name and not told.login
        unit, made = await self._unit(ctx, told, may_add=about_unit or bool(told.parent))
        if about_unit:
            return "added" if made else await self._mend_unit(ctx, unit, told)
        if not told.login:
            raise LineProblemError("MISSING", "아이디가 비어 있습니다.", "login")
        officer_id = self._known.logins.get(told.login)
        if officer_id is None:
            await self._add(ctx, unit, told)
            return "added"
        changed = await _mend(ctx, await officers.detail(ctx, officer_id), unit.id, told)
        return "changed" if changed else "known"

    async def _unit(self, ctx: Ctx, told: Told, *, may_add: bool) -> tuple[Unit, bool]:
        parent = self._parent(told.parent)
        named = self._known.named(told.unit)
        found = [u for u in named if u.parent_id == parent.id] if parent else named
        if len(found) == 1:
            return found[0], False
        if found:
            raise LineProblemError(
                "AMBIGUOUS", "같은 이름의 부서가 여럿입니다. 상위부서를 적어 주세요.", "unit"
            )
        if any(u.kind != "TEAM" for u in named):
            raise LineProblemError(
                "DIFFERENT",
                "이 부서는 지금 다른 상위부서에 있습니다. ‘부서·직원’ 화면에서 확인해 주세요.",
                "parent",
            )
        if not may_add:
            raise LineProblemError(
                "VALUE",
                "없는 부서입니다. 이름을 고치거나, 상위부서를 함께 적거나, 부서만 적은 줄을 앞에 "
                "넣어 주세요.",
                "unit",
            )
        return await self._add_unit(ctx, told, parent), True

    def _parent(self, name: str) -> Unit | None:
        if not name:
            return None
        found = self._known.named(name)
        if len(found) != 1:
            raise LineProblemError(
                "VALUE",
                "상위부서를 찾을 수 없습니다. 상위부서의 줄을 이 줄보다 앞에 넣어 주세요.",
                "parent",
            )
        return found[0]

    async def _add_unit(self, ctx: Ctx, told: Told, parent: Unit | None) -> Unit:
        kind = next((k for end, k in _ENDINGS if told.unit.endswith(end)), "DEPARTMENT")
        parent_id = parent.id if parent else None
        phone = told.phone if not told.login else None
        unit_id = await people.add_unit(
            ctx, name=told.unit, kind=kind, parent_id=parent_id, phone=phone
        )
        made = Unit(unit_id, told.unit, parent_id, kind, phone, 1)
        self._known.units.append(made)
        return made

    async def _mend_unit(self, ctx: Ctx, unit: Unit, told: Told) -> str:
        if not told.phone or told.phone == unit.phone:
            return "known"
        await set_phone(ctx, unit.id, told.phone, unit.row_version)
        mended = Unit(
            unit.id, unit.name, unit.parent_id, unit.kind, told.phone, unit.row_version + 1
        )
        self._known.units = [mended if u.id == unit.id else u for u in self._known.units]
        return "changed"

    async def _add(self, ctx: Ctx, unit: Unit, told: Told) -> None:
        officer_id = await people.add_officer(
            ctx,
            people.NewOfficer(
                login=told.login,
                name=told.name,
                unit_id=unit.id,
                title=told.title or DEFAULT_TITLE,
                roles=told.roles or DEFAULT_ROLES,
                is_head=bool(told.is_head),
                email=told.email or None,
                phone=told.phone,
                must_change=True,
            ),
        )
        self._known.logins[told.login] = officer_id
        key = ctx.cipher.lookup(told.login, "name")
        await ctx.db.run(
            q.ADD_KEY,
            kind=KIND,
            key_hash=key,
            body_hash=key,
            subject_id=officer_id,
            run_id=self._run_id,
        )


async def _mend(ctx: Ctx, now: OfficerDetail, unit_id: UUID, told: Told) -> bool:
    """Change what a line says otherwise: own data, post (from today on), roles."""
    version = now.row_version
    name, email, phone = told.name or now.name, told.email or now.email, told.phone or now.phone
    if (name, email, phone) != (now.name, now.email, now.phone):
        edit = OfficerEdit(name=name, email=email or None, phone=phone)
        await officers.edit(ctx, now.id, edit, version)
        version += 1
    post = now.post
    title = told.title or (post.title if post else DEFAULT_TITLE)
    is_head = post.is_head if told.is_head is None and post else bool(told.is_head)
    if post is None or (unit_id, title, is_head) != (post.unit_id, post.title, post.is_head):
        await officers.move(
            ctx, now.id, Move(unit_id=unit_id, title=title, is_head=is_head), version
        )
        version += 1
    if told.roles and set(told.roles) != set(now.roles):
        await officers.set_roles(ctx, now.id, told.roles, version)
        version += 1
    return version != now.row_version


def _understand(row: Row) -> Told:
    told = {name: _at(row, name) for name in ("unit", "parent", "login", "name", "title", "email")}
    if not key_of(told["unit"]):
        raise LineProblemError("MISSING", "부서가 비어 있습니다.", "unit")
    head = _at(row, "head")
    return Told(
        **{**told, "login": told["login"].lower()},
        phone=telephone(row.get("phone")),
        roles=_roles(_at(row, "role")),
        is_head=key_of(head) in _HEAD if head else None,
    )


def _at(row: Row, column: str) -> str:
    try:
        return words(row.get(column))
    except LineProblemError as problem:
        problem.field = problem.field or column
        raise


def _roles(text: str) -> tuple[str, ...]:
    """Return the codes of roles written by title or code, several with commas or slashes."""
    found = []
    for part in text.replace("/", ",").replace("·", ",").replace(";", ",").split(","):
        if not part.strip():
            continue
        code = _ROLE_CODES.get(key_of(part))
        if code is None:
            raise LineProblemError(
                "VALUE",
                f"모르는 역할입니다. {', '.join(_GIVEN.values())} 가운데 적어 주세요.",
                "role",
            )
        found.append(code)
    return tuple(dict.fromkeys(found))


def _problem(error: Exception) -> LineProblemError:
    """Say in the words of the list what another slice refused."""
    if isinstance(error, LineProblemError):
        return error
    if isinstance(error, InvalidError):
        name, message = next(iter(error.errors.items()))
        return LineProblemError("VALUE", message, _COLUMN_OF.get(name, "unit"))
    refused: Any = error
    return LineProblemError("VALUE", refused.message, "role")
