"""What a city looks like on every page: logo, words of its front door, term, footnotes.

Kept in the process for a few seconds, so that a page costs no statement for it; whoever saves a
change forgets it at once.
"""

import time
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated, Any

import msgspec

from sinmungo.host import city_settings as stored
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about, fields_of
from sinmungo.host.types import MenuItem
from sinmungo_tenants import Tenant

CITY, PORTAL, REPORTS, HOURS = "city", "portal", "reporting", "hours"
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
_CLOCK_TOLD = "시각을 09:00처럼 적어 주세요."
_FRESH_SECONDS = 5.0
_DAY_MINUTES = 8 * 60
_MAX_NAME, _MAX_LINE, _MAX_LEAD = 30, 60, 300


class City(msgspec.Struct, frozen=True):
    """Who runs the service. Name and service name lie in the registry."""

    name: Annotated[
        str, about("기관 이름", "예: ○○시. 화면과 메일에 나옵니다.", min_length=1, max_length=30)
    ] = "우리 시"
    service_name: Annotated[
        str, about("서비스 이름", "예: 기업SOS", min_length=1, max_length=30)
    ] = "기업애로"
    logo: Annotated[str, about("로고", fixed=True)] = ""
    term_title: Annotated[
        str,
        about("민선 기수", "예: 민선9기. 누리집 아래와 처리현황의 기간에 나옵니다.", max_length=20),
    ] = "민선9기"
    term_from: Annotated[date, about("임기 시작")] = date(2026, 7, 1)
    term_to: Annotated[date, about("임기 끝")] = date(2030, 6, 30)


class Portal(msgspec.Struct, frozen=True):
    """The words of the companies' front door."""

    headline: Annotated[str, about("첫 화면의 큰 글", min_length=1, max_length=_MAX_LINE)] = (
        "기업의 어려움, 한 번만 말씀하세요."
    )
    lead: Annotated[
        str,
        about(
            "그 아래 설명",
            "{기관}과 {서비스}는 이름으로 바뀌어 나옵니다.",
            long=True,
            min_length=1,
            max_length=_MAX_LEAD,
        ),
    ] = (
        "어느 부서 일인지 몰라도 됩니다. {기관} {서비스}가 담당을 찾아 드리고, "
        "언제까지 답하는지 알려 드립니다."
    )
    helps: Annotated[
        str, about("이런 일을 도와드립니다", long=True, min_length=1, max_length=_MAX_LEAD)
    ] = (
        "자금, 판로와 수출, 인력, 공장 설립과 인허가, 기반시설과 교통, 규제와 제도, "
        "그 밖에 회사를 하면서 겪는 어려움"
    )
    footer: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=100)]],
        about("누리집 아래에 적을 줄", "한 줄에 하나씩. 예: 주소, 대표전화, 저작권"),
    ] = []


class Reports(msgspec.Struct, frozen=True):
    """How the city counts, and what it adds below its reports."""

    refusals_are_done: Annotated[
        bool,
        about(
            "불수용·장기검토를 처리완료로 셉니다",
            "끄면 처리완료에서 빠집니다. 어느 쪽인지는 보고서 각주에 늘 적힙니다.",
        ),
    ] = True
    footnotes: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=200)]],
        about("보고서 각주", "한 줄에 하나씩. 모든 처리현황 보고와 내려받은 파일 아래에 붙습니다."),
    ] = []


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


class Hours(msgspec.Struct, frozen=True):
    """When the office works on a working day: eight hours around one break (domain.md 2.3, 2)."""

    opens: Annotated[str, about("업무 시작", "예: 09:00", pattern=CLOCK, told=_CLOCK_TOLD)] = (
        "09:00"
    )
    lunch_from: Annotated[str, about("점심 시작", pattern=CLOCK, told=_CLOCK_TOLD)] = "12:00"
    lunch_to: Annotated[str, about("점심 끝", pattern=CLOCK, told=_CLOCK_TOLD)] = "13:00"
    closes: Annotated[str, about("업무 끝", pattern=CLOCK, told=_CLOCK_TOLD)] = "18:00"

    def __post_init__(self) -> None:
        """Refuse hours that are not eight around one break. Raises ValueError."""
        at = [_minutes(getattr(self, name)) for name in self.__struct_fields__]
        if any(a >= b for a, b in pairwise(at)):
            raise ValueError("시작, 점심, 끝의 차례가 맞지 않습니다.")
        if at[1] - at[0] + at[3] - at[2] != _DAY_MINUTES:
            raise ValueError(
                "점심을 뺀 업무 시간이 8시간이어야 합니다. 처리기한은 8시간을 하루로 셉니다."
            )

    @property
    def told(self) -> str:
        """As companies read it."""
        lunch = f"{self.lunch_from}–{self.lunch_to}"
        return f"평일 {self.opens}–{self.closes} ({lunch} 점심)"


class Look(msgspec.Struct, frozen=True):
    """All of it; `switches` are the stored settings that lines of menus hang on."""

    city: City = City()
    portal: Portal = Portal()
    reports: Reports = Reports()
    hours: Hours = Hours()
    switches: Mapping[str, Any] = {}

    def shows(self, item: MenuItem) -> bool:
        """Whether the city's settings want a line of the menu."""
        return item.switch is None or item.switch.on(self.switches)


_GROUPS: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    (CITY, City),
    (PORTAL, Portal),
    (REPORTS, Reports),
    (HOURS, Hours),
)
_kept: dict[str, tuple[float, Look]] = {}


async def city_look(ctx: Ctx) -> Look:
    """Return the city's look, at most five seconds old."""
    found = _kept.get(ctx.city.id)
    if found and time.monotonic() - found[0] < _FRESH_SECONDS:
        return found[1]
    keys = [f"{prefix}.{s.name}" for prefix, kind in _GROUPS for s in fields_of(kind)]
    switches = ctx.host.menu_keys()
    found_rows = await stored.kept(ctx, [*keys, *switches])
    rows = {key: row.value for key, row in found_rows.items()}
    made = [
        stored.build(kind, stored.understood(ctx, prefix, fields_of(kind), rows)[0])
        for prefix, kind in _GROUPS
    ]
    own = {key: rows[key] for key in switches if key in rows}
    look = Look(*made)  # type: ignore[arg-type]  # one Struct of each kind, in order
    look = msgspec.structs.replace(look, switches=own)
    _kept[ctx.city.id] = (time.monotonic(), look)
    return look


def known_look(city_id: str | None) -> Look:
    """Return the look as it was last read; for layouts, which cannot ask."""
    found = _kept.get(city_id or "")
    return found[1] if found else _PLAIN


_PLAIN = Look()


def fill(text: str, city: Tenant) -> str:
    """Return a text with the city's names put in for {기관} and {서비스}."""
    return text.replace("{기관}", city.name).replace("{서비스}", city.service_name)


def forget(ctx: Ctx) -> None:
    """Read the city's look anew once this transaction is committed."""

    async def drop() -> None:
        _kept.pop(ctx.city.id, None)

    ctx.db.after_commit(drop)
