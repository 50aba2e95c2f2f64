"""What goes in and out of the service: plain Structs that pages, API and plugins share.

Days and times of what is sent in are texts as people type them ("11.22", "2026-11-22", "14:30",
"오후 2시"); names of persons are plain here and sealed in the tables.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from sinmungo.forms.types import Answer
from sinmungo.host.setting_fields import about
from sinmungo.host.types import SettingsGroup

type Outcome = Literal["ON_SITE", "HANDLED", "NOTIFIED", "PROPOSED", "UNCLASSED"]
type ConflictKind = Literal["COMPANY_THAT_DAY", "OFFICER_THAT_DAY", "RECENT"]


class VisitSettings(msgspec.Struct, frozen=True):
    """The city's habits. `repeat_days`: no second visit within so many days without a warning."""

    number_prefix: Annotated[
        str,
        about(
            "방문번호 머리글자",
            "새로 기록하는 방문부터 씁니다.",
            pattern=r"^[A-Z0-9가-힣]{1,10}$",
            told="영문 대문자, 숫자, 한글로 10자까지 적어 주세요.",
        ),
    ] = "V"
    repeat_days: Annotated[
        int,
        about(
            "다시 방문할 때 알릴 기간",
            "같은 업체를 이 기간 안에 다시 방문하려 하면 먼저 알려 줍니다.",
            unit="일",
            ge=0,
            le=365,
        ),
    ] = 30
    target_months: Annotated[
        int,
        about(
            "방문 대상에 올릴 기간",
            "이만큼 방문하지 않은 업체가 ‘방문 대상’에 먼저 나옵니다.",
            unit="개월",
            ge=1,
            le=120,
        ),
    ] = 12


VISIT_GROUP = SettingsGroup(
    "visits",
    "현장방문",
    VisitSettings,
    "visits",
    lead="방문번호, 다시 방문할 때 알림, 방문 대상.",
    order=310,
)


class Outsider(msgspec.Struct, kw_only=True):
    """One of another body in the team: of an agency, with a name, or both."""

    agency_id: UUID | None = None
    name: str = ""
    title: str = ""


class Met(msgspec.Struct, kw_only=True):
    """A person met: a contact of the company, or a name as said there."""

    contact_id: UUID | None = None
    name: str = ""
    title: str = ""


class Found(msgspec.Struct, kw_only=True):
    """A difficulty found. What else is needed goes by `outcome`.

    ON_SITE needs `answer` (what was answered there), NOTIFIED the `unit_id` that was told,
    PROPOSED the `agency_id` and a gist in `answer`. `petition_type` None: the city's usual one.
    """

    category: str = ""
    content: str = ""
    outcome: str = "UNCLASSED"
    unit_id: UUID | None = None
    agency_id: UUID | None = None
    answer: str = ""
    petition_type: str | None = None


class Plan(msgspec.Struct, kw_only=True):
    """A visit to come. `officers` None: whoever plans it. `confirmed`: warnings were read."""

    company_id: UUID | None = None
    company_name: str = ""
    business_no: str = ""
    kind: str = ""
    day: str = ""
    time: str = ""
    place: str = ""
    note: str = ""
    officers: list[UUID] | None = None
    outsiders: list[Outsider] = []
    confirmed: bool = False


class Journal(msgspec.Struct, kw_only=True):
    """A visit that took place. What is left None of the company's figures is what is known of it.

    `sales` in won of the last year, `export_usd` in dollars, `factory_area` in square metres.
    `extra` answers the city's own questions by code; None: they were not asked.
    """

    company_id: UUID | None = None
    company_name: str = ""
    business_no: str = ""
    kind: str = ""
    day: str = ""
    started: str = ""
    ended: str = ""
    place: str = ""
    note: str = ""
    next_plan: str = ""
    guided: str = ""
    officers: list[UUID] | None = None
    outsiders: list[Outsider] = []
    people: list[Met] = []
    items: list[Found] = []
    employees: int | None = None
    employees_foreign: int | None = None
    products: str = ""
    sales: int | None = None
    export_usd: int | None = None
    factory_area: int | None = None
    premises: str = ""
    extra: dict[str, Any] | None = None


class Conflict(msgspec.Struct, kw_only=True):
    """Something to know before going: which other visit, and whether one can join it."""

    kind: ConflictKind
    visit_id: UUID
    state: str
    company_name: str
    day: date
    team: str
    text: str
    may_join: bool
    row_version: int


class Planned(msgspec.Struct, kw_only=True):
    """A plan after an act."""

    id: UUID
    company_id: UUID
    state: str
    row_version: int


class FoundCase(msgspec.Struct, kw_only=True):
    """A difficulty after it became a case; `row_version` is the case's."""

    item_id: UUID
    case_id: UUID
    case_no: str
    outcome: str
    row_version: int


class Recorded(msgspec.Struct, kw_only=True):
    """A visit that was just recorded."""

    id: UUID
    visit_no: str
    company_id: UUID
    items: list[FoundCase]
    row_version: int


class TeamLine(msgspec.Struct, kw_only=True):
    """One of the team: an officer, or somebody of an agency."""

    officer_id: UUID | None
    agency_id: UUID | None
    name: str
    title: str
    body: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.body, self.name, self.title) if part)


class MetLine(msgspec.Struct, kw_only=True):
    """A person met, opened."""

    contact_id: UUID | None
    name: str
    title: str

    def __str__(self) -> str:
        return f"{self.name} {self.title}".strip()


class ItemLine(msgspec.Struct, kw_only=True):
    """A difficulty found, with the case it became. `case_status` as it stands now."""

    id: UUID
    position: int
    case_id: UUID
    case_no: str
    case_status: str
    category: str
    content: str
    outcome: str
    unit_id: UUID | None
    unit_name: str | None
    agency_id: UUID | None
    agency_name: str | None
    settled_on: date | None
    row_version: int


class VisitRow(msgspec.Struct):
    """A whole visit with the names around it, as it stands in the tables."""

    id: UUID
    visit_no: str | None
    kind: str
    state: str
    company_id: UUID
    company_name: str
    unit_id: UUID | None
    unit_name: str | None
    planned_at: datetime | None
    visited_on: date | None
    started_at: datetime | None
    ended_at: datetime | None
    place: str | None
    note: str | None
    next_plan: str | None
    guided: str | None
    cancel_reason: str | None
    employees: int | None
    employees_foreign: int | None
    industry: str | None
    products: str | None
    sales: int | None
    export_usd: int | None
    factory_area: int | None
    premises: str | None
    recorded_at: datetime | None
    row_version: int


class VisitDetail(VisitRow, kw_only=True):
    """One visit with opened names. `acts` are what may be done now, by this actor.

    `acts` holds "move", "join", "cancel", "record", "amend", "classify".
    """

    team: list[TeamLine]
    people: list[MetLine]
    items: list[ItemLine]
    extra: dict[str, Any] = {}
    answers: list[Answer] = []
    acts: tuple[str, ...] = ()


class VisitLine(msgspec.Struct, kw_only=True):
    """One line of a list of visits; counts are those of today."""

    id: UUID
    visit_no: str | None
    kind: str
    state: str
    company_id: UUID
    company_name: str
    planned_at: datetime | None
    visited_on: date | None
    place: str | None
    unit_name: str | None
    team: str
    items: int
    row_version: int


class VisitQuery(msgspec.Struct, kw_only=True):
    """What to list. Days are Seoul days; for a plan its day, for a visit the day it took place."""

    state: str | None = None
    first: date | None = None
    last: date | None = None
    kind: str | None = None
    company_id: UUID | None = None
    mine: bool = False
    cursor: str | None = None


class Listed(msgspec.Struct, kw_only=True):
    """A page of visits, the newest first; `next` is the cursor of the following page."""

    items: list[VisitLine]
    next: str | None


class TargetQuery(msgspec.Struct, kw_only=True):
    """Whom to visit: companies without a visit for `months`, narrowed down."""

    months: int | None = None
    complex: str | None = None
    dong: str | None = None
    agency_id: UUID | None = None
    size_class: str | None = None
    employees_from: int | None = None
    anniversary_within: int | None = None
    cursor: str | None = None


class Target(msgspec.Struct, kw_only=True):
    """A company that might be visited, with what speaks for it."""

    company_id: UUID
    company_name: str
    dong: str | None
    complex: str | None
    employees: int | None
    size_class: str | None
    founded_on: date | None
    last_visited_on: date | None
    planned_at: datetime | None


class Targets(msgspec.Struct, kw_only=True):
    """A page of companies, longest unvisited first."""

    items: list[Target]
    next: str | None
