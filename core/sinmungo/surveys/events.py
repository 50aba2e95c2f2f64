"""What happens to a survey. That somebody answered is told without saying about which case."""

from typing import ClassVar
from uuid import UUID

from sinmungo.host.types import Event

SUBJECT = "survey"


class SurveyAsked(Event, frozen=True, kw_only=True):
    """A company was sent a link."""

    kind: ClassVar[str] = "surveys.asked"
    title: ClassVar[str] = "만족도 조사 발송"

    case_id: UUID


class SurveyAnswered(Event, frozen=True, kw_only=True):
    """Somebody answered. Its subject is a fresh id: neither the request nor the answer."""

    kind: ClassVar[str] = "surveys.answered"
    title: ClassVar[str] = "만족도 조사 응답"


EVENTS: tuple[type[Event], ...] = (SurveyAsked, SurveyAnswered)
