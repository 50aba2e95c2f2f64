"""What happens to an import. Cases and companies that it brings have their own slices' events."""

from typing import ClassVar

from sinmungo.host.types import Event

SUBJECT = "import"


class ImportUploaded(Event, frozen=True, kw_only=True):
    """A table was handed in; nothing is written yet."""

    kind: ClassVar[str] = "imports.uploaded"
    title: ClassVar[str] = "파일 올림"
    table: str


class ImportStarted(Event, frozen=True, kw_only=True):
    """Its lines are being written, for the first time or again after it stopped."""

    kind: ClassVar[str] = "imports.started"
    title: ClassVar[str] = "가져오기 시작"


class ImportFinished(Event, frozen=True, kw_only=True):
    """It is over. `state` is DONE, FAILED or CANCELLED; the counts are lines."""

    kind: ClassVar[str] = "imports.finished"
    title: ClassVar[str] = "가져오기 끝"
    state: str
    added: int
    changed: int
    known: int
    skipped: int
    bad: int


EVENTS: tuple[type[Event], ...] = (ImportUploaded, ImportStarted, ImportFinished)
