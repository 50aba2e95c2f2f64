"""What an intake says, understood: every field that cannot be taken is named at once."""

from datetime import datetime, timedelta

import msgspec

from sinmungo import clock
from sinmungo.cases import labels as words
from sinmungo.cases import text as texts
from sinmungo.cases.reference import Reference, Rule
from sinmungo.cases.types import Intake
from sinmungo.errors import InvalidError
from sinmungo.text import phone
from sinmungo.web.forms import Gather

MAX_ROWS = 20
_OLDEST = timedelta(days=366)
_AHEAD = timedelta(minutes=5)
ANSWERS = {"CLOSE": "INFO_PROVIDED", "SETTLE": "ACCEPTED_ON_SITE"}
"""What is answered in the very act of registering, and how."""
_NO_ANSWER = {
    "CLOSE": "안내한 내용을 적어 주세요.",
    "SETTLE": "현장에서 답한 내용을 적어 주세요.",
}


class Row(msgspec.Struct):
    """One difficulty, understood; `index` is its place in the form."""

    index: int
    category: str
    content: str
    petition_type: str
    priority: str
    answer: str


class Understood(msgspec.Struct):
    """What a whole intake says, ready to be written."""

    channel: str
    caller: str
    phone: str
    email: str
    registered_at: datetime
    occurred_at: datetime
    rows: list[Row]


def check_zones(intake: Intake) -> None:
    """Refuse moments without a zone: nobody could say when that was."""
    told = "시각에 시간대가 없습니다. 예: 2026-11-02T10:00:00+09:00"
    moments = {"received_at": intake.received_at, "occurred_at": intake.occurred_at}
    naive = {name: told for name, at in moments.items() if at and at.tzinfo is None}
    if naive:
        raise InvalidError(naive)


def understand(
    intake: Intake, known: Reference, rules: dict[str, Rule], faults: dict[str, str]
) -> Understood:
    """Return what an intake says; `InvalidError` with the form's field names otherwise.

    `faults` are those of the city's own questions, told together with the others.
    """
    gather = Gather()
    channel = intake.channel or known.labels.default_channel
    # What was filed before a channel was switched off still has to be registered.
    open_now = known.labels.all_channels if intake.submission_id else known.labels.channels
    gather.need("channel", channel in open_now, "접수 경로를 골라 주세요.")
    named = intake.company_id or (intake.company_name or "").strip()
    gather.need("company_name", named or (intake.business_no or "").strip(), "업체를 적어 주세요.")
    registered_at = intake.received_at or clock.now()
    _check_moment(gather, "received_at", registered_at)
    _check_field(gather, intake, channel, registered_at)
    understood = Understood(
        channel=channel,
        caller=gather.take("caller", texts.line, intake.caller or "", ""),
        phone=gather.take("phone", _phone, intake.phone or "", ""),
        email=gather.take("email", texts.email, intake.email or "", ""),
        registered_at=registered_at,
        occurred_at=intake.occurred_at or registered_at,
        rows=_rows(gather, intake, known, rules),
    )
    gather.errors |= faults
    gather.done()
    return understood


def _phone(text: str) -> str:
    return phone.parse(text) if text.strip() else ""


def _check_moment(gather: Gather, field: str, moment: datetime) -> None:
    now = clock.now()
    gather.need(field, moment <= now + _AHEAD, "아직 오지 않은 시각입니다.")
    gather.need(field, moment >= now - _OLDEST, "1년이 지난 접수는 적을 수 없습니다.")


def _check_field(gather: Gather, intake: Intake, channel: str, registered_at: datetime) -> None:
    """Only what is heard outside may have happened before it was written down."""
    if intake.occurred_at is not None:
        _check_moment(gather, "occurred_at", intake.occurred_at)
        heard = channel in words.FIELD_CHANNELS
        gather.need("occurred_at", heard, "현장에서 들은 건에만 적을 수 있습니다.")
        before = intake.occurred_at <= registered_at
        gather.need("occurred_at", before, "접수한 때보다 늦을 수 없습니다.")
    if intake.then == "SETTLE":
        on_site = channel in words.ON_SITE_CHANNELS
        gather.need("channel", on_site, "현장수용은 현장방문과 합동방문단에만 쓸 수 있습니다.")
        sound = intake.implementation in words.IMPLEMENTATION
        gather.need("implementation", sound, "이행 상태를 골라 주세요.")


def _rows(gather: Gather, intake: Intake, known: Reference, rules: dict[str, Rule]) -> list[Row]:
    given, whole = intake.rows, gather.take("answer", texts.body, intake.answer or "", "")
    filled = [(i, row) for i, row in enumerate(given) if row.category or row.content.strip()]
    gather.need("rows-0-content", filled, "애로 내용을 적어 주세요.")
    if len(filled) > MAX_ROWS:
        gather.errors["rows"] = f"한 번에 {MAX_ROWS}건까지 접수할 수 있습니다."
    found = []
    for index, row in filled:
        field, kind = f"rows-{index}", row.petition_type or known.labels.default_petition_type
        content = gather.take(f"{field}-content", texts.body, row.content, "")
        gather.need(f"{field}-content", content, "애로 내용을 적어 주세요.")
        active = row.category in known.labels.categories
        gather.need(f"{field}-category", active, "분야를 골라 주세요.")
        gather.need(f"{field}-petition_type", kind in rules, "민원 종류를 골라 주세요.")
        answer = gather.take(f"{field}-answer", texts.body, row.answer, "") or whole
        if intake.then in ANSWERS and not answer:
            gather.errors.setdefault("answer", _NO_ANSWER[intake.then])
        priority = row.priority or intake.priority
        found.append(Row(index, row.category, content, kind, priority, answer))
    return found
