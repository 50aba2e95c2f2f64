"""What a slice is: frozen data that core and plugins hand over in the same shape."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, FromClause, Table

from sinmungo_tenants import Component, Write

if TYPE_CHECKING:
    from litestar import Controller

    from sinmungo.host.context import Ctx

type Face = Literal["portal", "office", "admin", "api"]
type Seed = Callable[["Ctx", Mapping[str, Any]], Awaitable[None]]
type JobHandler = Callable[["Ctx", UUID], Awaitable[None]]
# A role, a permission, and whether the city lets the role hold it, against what is declared.
type Right = tuple[str, str, bool]


class Identity(msgspec.Struct, frozen=True):
    """Who acts. `scope_units` are the units whose records one may read by default.

    With `must_change` nothing works but choosing a new password (and signing out).
    """

    kind: Literal["OFFICER", "ANONYMOUS", "SYSTEM"]
    officer_id: UUID | None = None
    name: str = ""
    post: str = ""
    unit_id: UUID | None = None
    unit_name: str = ""
    scope_units: frozenset[UUID] = frozenset()
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    must_change: bool = False

    def may(self, permission: str) -> bool:
        """Whether this permission is held; SYSTEM holds every one."""
        return self.kind == "SYSTEM" or permission in self.permissions


ANONYMOUS = Identity(kind="ANONYMOUS")
SYSTEM = Identity(kind="SYSTEM", name="시스템")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every event: ids only, never a personal value. Subclasses set `kind`."""

    kind: ClassVar[str]
    version: ClassVar[int] = 1
    title: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """A right, its Korean label, and the roles that hold it unless a city says otherwise."""

    code: str
    title: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MenuSwitch:
    """When a line of the menu is shown: `on` gets what the city has stored under `keys`."""

    keys: tuple[str, ...]
    on: Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the office's or admin's menu, shown to those who hold `permission`.

    With a `switch` only in cities whose settings want it; its address answers anyway.
    """

    title: str
    path: str
    permission: str
    group: str = "업무"
    order: int = 100
    face: Literal["portal", "office", "admin"] = "office"
    switch: MenuSwitch | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page that loads by its own request, so that a broken one hurts no one.

    `place` is COMPANY, CASE, VISIT, DESK or AGENCY; `path` holds `{id}` where the record's id goes.
    """

    place: Literal["COMPANY", "CASE", "VISIT", "DESK", "AGENCY"]
    slug: str
    title: str
    path: str
    permission: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class Job:
    """What the worker does for an outbox row of this kind; it gets the row's subject id.

    A `nightly` one is also asked for by the worker itself, once a night in each city; the subject
    id then stands for that night.
    """

    kind: str
    run: JobHandler
    nightly: bool = False


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a slice of core does about another slice's event, inside its transaction.

    `run(ctx, event)` gets every event of the class; raising undoes the act. Plugins have
    `on_event`.
    """

    event: type[Event]
    run: Callable[["Ctx", Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class MergeTable:
    """A table whose rows follow a company that is merged into another, and come back on undo.

    It has a key `id`; `column` holds the company. A table that takes only one row per company, or
    per company and the columns `one_per`, says so: what the kept company has already stays with the
    merged one. `one_while` narrows this to the rows of which it is true. `title` is what officers
    call the rows, `panel` the slug of the company panel that shows them.
    """

    table: Table
    title: str
    column: str = "company_id"
    one_per: tuple[str, ...] | None = None
    one_while: Callable[[FromClause], ColumnElement[bool]] | None = None
    panel: str = ""

    @property
    def name(self) -> str:
        """Table and column, as a merge remembers them."""
        return f"{self.table.name}.{self.column}"


class Sample(msgspec.Struct, frozen=True):
    """What something will look like with the values of a form: its name, and the text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class SettingsGroup:
    """Settings that are shown and saved together at /admin/settings/<slug>.

    `kind` is a Struct with a default for each field, described by `about`; the value of a field
    lies under the key `<prefix>.<field>`. `section` is the heading on the page of all settings.
    What bounds cannot say says `check` (field → Korean message); `preview` shows what the values
    will do. Values that lie in the slice's own tables are read by `load` (plain values by field)
    and written by `apply(ctx, old, new)`, which runs in the transaction that saves. What processes
    keep in memory with the registry is read anew at once when an `everywhere` group is saved.
    A group that is a tab of another (`tab_of`, its slug) stands beside it under the word `tab`.
    """

    slug: str
    title: str
    kind: type[msgspec.Struct]
    prefix: str
    section: str = "업무"
    lead: str = ""
    order: int = 100
    check: Callable[["Ctx", Any], Awaitable[Mapping[str, str]]] | None = None
    preview: Callable[["Ctx", Any], Awaitable[Sequence[Sample]]] | None = None
    load: Callable[["Ctx"], Awaitable[Mapping[str, Any]]] | None = None
    apply: Callable[["Ctx", Any, Any], Awaitable[None]] | None = None
    everywhere: bool = False
    tab_of: str = ""
    tab: str = ""


@dataclass(frozen=True, slots=True)
class LoadedGroup:
    """A group and the plugin that switches it (None: always there)."""

    group: SettingsGroup
    plugin: str | None


class Finding(msgspec.Struct, frozen=True):
    """What a check found: DONE, TODO (something is missing) or LOOK (a person should look)."""

    state: Literal["DONE", "TODO", "LOOK"]
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """One line of 개통 점검 (/admin/opening), computed when the page is opened.

    `why` is one sentence for the admin, `href` the screen that mends it. While an `essential` one
    is TODO the city cannot be opened to companies.
    """

    code: str
    title: str
    why: str
    href: str
    run: Callable[["Ctx"], Awaitable[Finding]]
    essential: bool = False
    order: int = 100


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RetentionRule:
    """Records whose persons, or texts, are destroyed when their time is over (domain.md 6).

    A matter of `table` (key `id`) ended at `ended`, a moment or a day; null means that it is still
    open. The period counts in whole years from January 1 after that: `years` unless the city says
    otherwise, never less than `least`. `held` is true while there is something left to destroy.
    `erase` are writes that take the ids as the array `ids`: they blank what names a person and
    leave the row and its facts, so that no count changes. `label` names a record without a person.
    `subject` is the kind of record that can be kept back ("case"); rules may share it. `what` and
    `source` are told to the admin: what goes, and which law or habit sets the period.

    With `log` the rows themselves go, by the migrator: the city's own role may not touch logs.
    """

    code: str
    title: str
    what: str
    subject: str
    years: int
    least: int
    source: str
    table: Table
    ended: ColumnElement[Any]
    label: ColumnElement[Any]
    held: ColumnElement[bool]
    erase: tuple[Write, ...] = ()
    log: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """One feature. Controllers hold relative paths; the host mounts them per face.

    Core's `cases` lives under /office/cases and /api/v1/cases; a plugin's slice `programme`
    under /office/<plugin>/programme and /api/v1/<plugin>/programme.
    `merges` are the tables that point at companies, so that two can be merged.
    `forms` are `sinmungo.forms.terms.RecordKind` values: records that a city may ask more about.
    `reports` are `sinmungo.reporting.terms.Dataset` values. `seed` writes what a new city begins
    with and must be repeatable; `demo` adds made-up records. Both get the slice's table of the
    city's TOML file.

    `checks` are its lines of 개통 점검. `copied` tables and `copied_settings` (a key, or what
    stands before its dot) are what a new city may take over from another: words and rules, never
    people, records or secrets. `reactions` are for slices of core.

    An `optional` slice of core serves some cities only. It is switched like a plugin of its own
    slug, by itself or by a plugin whose manifest `requires` it; its tables are everywhere.
    """

    slug: str
    title: str
    permissions: tuple[Permission, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    panels: tuple[Panel, ...] = ()
    events: tuple[type[Event], ...] = ()
    jobs: tuple[Job, ...] = ()
    reports: tuple[Any, ...] = ()
    portal: tuple["type[Controller]", ...] = ()
    office: tuple["type[Controller]", ...] = ()
    admin: tuple["type[Controller]", ...] = ()
    api: tuple["type[Controller]", ...] = ()
    templates: Path | None = None
    seed: Seed | None = None
    demo: Seed | None = None
    optional: bool = False
    merges: tuple[MergeTable, ...] = ()
    forms: tuple[Any, ...] = ()
    settings: tuple[SettingsGroup, ...] = ()
    checks: tuple[Check, ...] = ()
    copied: tuple[Table, ...] = ()
    copied_settings: tuple[str, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    retention: tuple[RetentionRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A plugin's visiting card. `slug` is entry point, URL mount and prefix of all it owns.

    `requires` names plugins and optional slices of core that are switched on before this one.
    `guide` is the folder of its pages of the officers' guide: `<slice>.md` is opened from the
    screens of that slice, `index.md` from those of slices without a page of their own.
    """

    slug: str
    title: str
    version: str
    requires_sdk: str
    component: Component | None = None
    settings: type[msgspec.Struct] | None = None
    requires: tuple[str, ...] = ()
    guide: Path | None = None


@dataclass(frozen=True, slots=True)
class LoadedSlice:
    """A slice and what switches it: a plugin, itself (an optional slice of core), or None."""

    slice: Slice
    plugin: str | None

    @property
    def mount(self) -> str:
        """Path below a face."""
        if self.plugin is None or self.slice.optional:
            return f"/{self.slice.slug}"
        return f"/{self.plugin}/{self.slice.slug}"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A plugin that was not loaded, and why; shown to the operator."""

    slug: str
    reason: str


@dataclass(frozen=True, slots=True)
class Hint:
    """A short remark of a plugin about a company, shown beside its name."""

    text: str
    kind: Literal["info", "warning"] = "info"
    href: str | None = None


@dataclass(slots=True)
class HookFailure:
    """One failure of an isolated hook, for the admin's page."""

    plugin: str
    hook: str
    error: str
    count: int = 1
    extra: dict[str, str] = field(default_factory=dict)
