"""D-days, due moments and chosen places as the case screens say them."""

from datetime import datetime
from types import SimpleNamespace
from uuid import UUID

import pytest

from sinmungo import clock
from sinmungo.cases.pages_look import Look, place_ids, places
from sinmungo.cases.types import Assignee, Labels
from sinmungo.people.service import Person

NOW = datetime.fromisoformat("2026-11-19T15:00:00+09:00")
UNIT, OFFICER = UUID(int=1), UUID(int=2)
LOOK = Look(
    Labels(
        categories={"TAX": "세무"},
        channels={},
        petition_types={},
        all_categories={"TAX": "세무", "IP": "특허"},
        all_channels={},
        default_petition_type="NOT_PETITION",
        default_channel="HOTLINE",
        statuses={},
        dispositions={},
        implementations={},
        close_reasons={},
    )
)


@pytest.mark.parametrize(
    ("due", "late", "status", "shown"),
    [
        ("2026-11-16T18:00:00+09:00", True, "ASSIGNED", ("D+3", "late")),
        ("2026-11-19T10:30:00+09:00", True, "IN_REVIEW", ("지남", "late")),
        ("2026-11-19T18:00:00+09:00", False, "REGISTERED", ("D-day", "today")),
        ("2026-11-21T18:00:00+09:00", False, "ASSIGNED", ("D-2", "soon")),
        ("2026-11-22T18:00:00+09:00", False, "ASSIGNED", ("D-3", "ok")),
        ("2026-11-16T18:00:00+09:00", False, "ANSWERED", ("", "ok")),
        ("2026-11-16T18:00:00+09:00", False, "CLOSED", ("", "ok")),
    ],
)
def test_dday(due: str, late: bool, status: str, shown: tuple[str, str]):
    item = SimpleNamespace(status=status, due_at=datetime.fromisoformat(due), late=late)
    with clock.frozen(NOW):
        assert LOOK.dday(item) == shown


def test_due_moments_leave_out_what_is_understood():
    with clock.frozen(NOW):
        assert (
            LOOK.until(datetime.fromisoformat("2026-11-19T18:00:00+09:00")) == "2026. 11. 19.(목)"
        )
        assert LOOK.until(datetime.fromisoformat("2026-11-19T10:30:00+09:00")).endswith(" 10:30")
        assert LOOK.day(datetime.fromisoformat("2026-11-19T18:00:00+09:00")) == "11. 19.(목)"
        assert LOOK.day(datetime.fromisoformat("2027-01-04T18:00:00+09:00")) == "2027. 1. 4.(월)"


def test_words_of_what_is_switched_off_are_still_known():
    assert LOOK.categories == [("TAX", "세무")]
    assert LOOK.category("IP") == "특허"
    assert LOOK.category("GONE") == "GONE"
    assert LOOK.category(None) == ""


def test_a_place_is_a_unit_and_perhaps_an_officer():
    groups = places(
        [Assignee(unit_id=UNIT, unit_name="도로과", officers=[Person(OFFICER, "한가람", "팀장")])]
    )
    values = [value for value, _ in groups[0][1]]
    assert [place_ids(value) for value in values] == [(UNIT, None), (UNIT, OFFICER)]
    assert [place_ids(value) for value in ("", "nonsense", ":")] == [(None, None)] * 3
