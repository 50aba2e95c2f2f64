"""Settings over the API: what the screens can do."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from sinmungo.host.setting_fields import FieldSpec
from sinmungo.host.setting_words import Change
from sinmungo.host.types import Sample
from sinmungo.settings import logo, service
from sinmungo.settings.pages_logo import set_logo
from sinmungo.settings.permissions import MANAGE
from sinmungo.settings.queries import PAGE
from sinmungo.web.access import needs
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.look import CITY
from sinmungo.web.types import CtxDep, Req


class GroupLine(msgspec.Struct):
    """A group of the list."""

    slug: str
    title: str
    section: str
    lead: str


class GroupPage(msgspec.Struct):
    """All groups; there is no second page."""

    items: list[GroupLine]
    next: str | None = None


class Choice(msgspec.Struct):
    """A value that may be chosen, and its Korean label."""

    value: str
    title: str


class FieldItem(msgspec.Struct):
    """A field: its Korean title and help, its bounds. `columns` are those of a list of rows."""

    name: str
    title: str
    help: str
    kind: str
    default: Any
    unit: str = ""
    secret: bool = False
    fixed: bool = False
    low: Any = None
    high: Any = None
    pattern: str = ""
    choices: list[Choice] = []
    columns: list["FieldItem"] = []


class GroupItem(msgspec.Struct):
    """A group with its values. Secrets are not told, only whether they are set.

    `unfit` names fields whose stored value does not fit any more and reads as the default.
    """

    slug: str
    title: str
    values: dict[str, Any]
    secrets: dict[str, bool]
    unfit: list[str]
    fields: list[FieldItem]
    row_version: int


class ValuesBody(msgspec.Struct, forbid_unknown_fields=True):
    """Values by field; fields that are left out stay as they are."""

    values: dict[str, Any]


class RestoreBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which change of the history is to be taken back."""

    change: UUID


class LogoBody(msgspec.Struct, forbid_unknown_fields=True):
    """A PNG, JPEG or WebP picture in base64; empty for none."""

    content: bytes = b""


class PreviewItem(msgspec.Struct):
    """What saving would change, and what it would look like."""

    changes: list[Change]
    samples: list[Sample]


class HistoryItem(msgspec.Struct):
    """One change of the history."""

    id: UUID
    at: datetime
    who: str
    changes: list[Change]
    restorable: bool


class HistoryPage(msgspec.Struct):
    """Thirty changes, the newest first; `next` is `before` of the following page."""

    items: list[HistoryItem]
    next: str | None


class SettingsApi(Controller):
    """`/api/v1/settings`."""

    tags = ("settings",)

    @get("/", opt=needs(MANAGE))
    async def list_all(self, ctx: CtxDep) -> GroupPage:
        """Return the groups of this city."""
        return GroupPage(
            [GroupLine(g.slug, g.title, g.section, g.lead) for g in service.groups(ctx)]
        )

    @get("/{slug:str}", opt=needs(MANAGE))
    async def show(self, ctx: CtxDep, slug: FromPath[str]) -> Response[GroupItem]:
        """Return a group with its values."""
        return _item(await service.view(ctx, slug))

    @put("/{slug:str}", opt=needs(MANAGE))
    async def change(
        self, request: Req, ctx: CtxDep, slug: FromPath[str], data: JSONBody[ValuesBody]
    ) -> Response[GroupItem]:
        """Save the values given."""
        runtime = request.app.state.runtime
        await service.save(ctx, runtime, slug, data.values, if_match(request))
        return _item(await service.view(ctx, slug))

    @post("/{slug:str}/preview", opt=needs(MANAGE), status_code=200)
    async def preview(
        self, ctx: CtxDep, slug: FromPath[str], data: JSONBody[ValuesBody]
    ) -> PreviewItem:
        """Return what saving these values would change; nothing is written."""
        seen = await service.preview(ctx, await service.view(ctx, slug), data.values)
        return PreviewItem(seen.changes, seen.samples)

    @get("/{slug:str}/history", opt=needs(MANAGE))
    async def history(
        self, ctx: CtxDep, slug: FromPath[str], before: FromQuery[UUID | None] = None
    ) -> HistoryPage:
        """Return who changed what when."""
        entries = await service.history(ctx, await service.view(ctx, slug), before)
        items = [HistoryItem(e.id, e.at, e.who, e.changes, e.restorable) for e in entries]
        return HistoryPage(items, str(entries[-1].id) if len(entries) == PAGE else None)

    @post("/{slug:str}/restore", opt=needs(MANAGE), status_code=200)
    async def restore(
        self, request: Req, ctx: CtxDep, slug: FromPath[str], data: JSONBody[RestoreBody]
    ) -> Response[GroupItem]:
        """Save the values that a change replaced; this is a change of its own."""
        given = await service.former(ctx, await service.view(ctx, slug), data.change)
        runtime = request.app.state.runtime
        await service.save(ctx, runtime, slug, given, if_match(request))
        return _item(await service.view(ctx, slug))

    @put("/city/logo", opt=needs(MANAGE))
    async def logo(
        self, request: Req, ctx: CtxDep, data: JSONBody[LogoBody]
    ) -> Response[GroupItem]:
        """Set the city's logo, or take it away."""
        version = if_match(request)
        kept = await logo.keep(ctx, data.content) if data.content else ""
        await set_logo(request, ctx, kept, version)
        return _item(await service.view(ctx, CITY))


def _item(now: service.View) -> Response[GroupItem]:
    item = GroupItem(
        slug=now.group.slug,
        title=now.group.title,
        values={s.name: now.values[s.name] for s in now.specs if not s.secret},
        secrets={s.name: bool(now.values[s.name]) for s in now.specs if s.secret},
        unfit=now.unfit,
        fields=[_field(s) for s in now.specs],
        row_version=now.version,
    )
    return with_etag(item, now.version)


def _field(spec: FieldSpec) -> FieldItem:
    return FieldItem(
        name=spec.name,
        title=spec.title,
        help=spec.help,
        kind=spec.kind,
        default=None if spec.secret else spec.default,
        unit=spec.unit,
        secret=spec.secret,
        fixed=spec.fixed,
        low=spec.low,
        high=spec.high,
        pattern=spec.pattern,
        choices=[Choice(str(value), title) for value, title in spec.options],
        columns=[_field(c) for c in spec.columns],
    )
