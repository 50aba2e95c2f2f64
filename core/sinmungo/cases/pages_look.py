"""How codes and moments look on the case screens: words, tones and D-days, no rules."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.cases import service
from sinmungo.cases.labels import OPEN, OUTCOME, PROPOSAL_STATE, STATUS, WAIT
from sinmungo.cases.types import Assignee, Labels
from sinmungo.host.context import Ctx
from sinmungo.text import dates

type Options = list[tuple[str, str]]

_TONES = {
    "REGISTERED": "warning",
    "ASSIGNED": "info",
    "IN_REVIEW": "primary",
    "ANSWER_DRAFT": "warning",
    "APPROVAL": "info",
    "ANSWERED": "success",
    "CLOSED": "",
}
_SOON = 2
_CLOSING = ("18:00", "23:59", "00:00")
STAGES = ("신청", "접수", "부서 배정", "검토", "답변")
_STAGE_OF = {
    "REGISTERED": 1,
    "ASSIGNED": 2,
    "IN_REVIEW": 3,
    "ANSWER_DRAFT": 3,
    "APPROVAL": 3,
    "ANSWERED": 5,
    "CLOSED": 5,
}


class Dated(Protocol):
    """What has a clock: a line of a list or a whole case."""

    status: str
    due_at: datetime
    late: bool


class Look(msgspec.Struct, frozen=True):
    """The city's words, handed to every template of this slice as `look`."""

    words: Labels

    @property
    def categories(self) -> Options:
        """Categories that can be chosen."""
        return list(self.words.categories.items())

    @property
    def channels(self) -> Options:
        """Channels that can be chosen."""
        return list(self.words.channels.items())

    @property
    def petition_types(self) -> Options:
        """Legal classes of petitions."""
        return list(self.words.petition_types.items())

    def category(self, code: str | None) -> str:
        """Word of a category, switched-off ones too."""
        return _word(self.words.all_categories, code)

    def channel(self, code: str) -> str:
        """Word of a channel, switched-off ones too."""
        return _word(self.words.all_channels, code)

    def status(self, code: str) -> str:
        """Word of a status."""
        return _word(STATUS, code)

    def tone(self, code: str) -> str:
        """Tone of a status badge."""
        return _TONES.get(code, "")

    def dday(self, item: Dated) -> tuple[str, str]:
        """Text and level of the D-day badge; nothing once the company has its answer."""
        if item.status not in OPEN:
            return "", "ok"
        due, today = clock.to_seoul(item.due_at).date(), clock.today()
        text, left = dates.dday(due, today), (due - today).days
        if item.late:
            return ("지남" if left == 0 else text), "late"
        return text, "today" if left <= 0 else "soon" if left <= _SOON else "ok"

    def wait(self, code: str) -> str:
        """Word of a wait."""
        return _word(WAIT, code)

    def proposal_state(self, code: str) -> str:
        """Word of a proposal's state."""
        return _word(PROPOSAL_STATE, code)

    def outcome(self, code: str | None) -> str:
        """Word of what an agency made of a proposal."""
        return _word(OUTCOME, code)

    def stage(self, status: str) -> int:
        """Where a case stands among `STAGES`, as its company sees it."""
        return _STAGE_OF.get(status, 0)

    def day(self, moment: datetime) -> str:
        """A moment as a list shows it: "11. 22.(일)", with the year when it is another one."""
        text = dates.date_ko(clock.to_seoul(moment).date())
        return text.removeprefix(f"{clock.today().year}. ")

    def until(self, moment: datetime) -> str:
        """A due moment in full; the closing hour of a day is understood and left out."""
        local = clock.to_seoul(moment)
        closing = f"{local:%H:%M}" in _CLOSING
        return dates.date_ko(local.date()) if closing else dates.datetime_ko(moment)


def _word(words: Mapping[str, str], code: str | None) -> str:
    return words.get(code, code) if code else ""


async def look(ctx: Ctx) -> Look:
    """Return the city's words."""
    return Look(await service.labels(ctx))


def places(assignees: list[Assignee]) -> list[tuple[str, Options]]:
    """Return units with their officers as groups of a select; a value is `unit:officer`."""
    return [
        (
            a.unit_name,
            [(f"{a.unit_id}:", f"{a.unit_name} (부서)")]
            + [(f"{a.unit_id}:{o.id}", f"{a.unit_name} · {o}") for o in a.officers],
        )
        for a in assignees
    ]


def place_ids(value: str) -> tuple[UUID | None, UUID | None]:
    """Return unit and officer of a chosen place; what is no id counts as not chosen."""
    unit, _, officer = value.partition(":")
    return _uuid(unit), _uuid(officer)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
