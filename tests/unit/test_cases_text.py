"""What people write about a case, cursors of its lists, and the table of its flow."""

import string
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo.cases import labels, text
from sinmungo.cases.cursors import DeskCursor, FoundCursor, read_cursor, write_cursor
from sinmungo.cases.work import MOVES
from sinmungo.errors import InvalidError

_moments = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(st.text())
def test_summary_is_one_short_line(content: str):
    made = text.summary(content)
    assert len(made) <= 60
    assert "\n" not in made


@given(st.text(alphabet="가나 다\n", min_size=61))
def test_long_content_is_marked_as_cut(content: str):
    made = text.summary(content)
    assert made.endswith("…") == (len(" ".join(content.split())) > 60)


@pytest.mark.parametrize("good", ["a@example.com", " kim.cs+1@sub.example.co.kr ", ""])
def test_mail_addresses(good: str):
    assert text.email(good) == good.strip()


@pytest.mark.parametrize(
    "bad", ["a", "a@b", "a b@example.com", "a@example.com, b@example.com", "a@b.c", "<a@b.co>"]
)
def test_what_is_no_mail_address(bad: str):
    with pytest.raises(text.TextProblemError):
        text.email(bad)


def test_a_header_cannot_be_smuggled_in():
    with pytest.raises(text.TextProblemError):
        text.email("a@example.com\nBcc: b@example.com")


@given(st.booleans(), _moments, st.uuids())
def test_cursors_come_back(answered: bool, moment: datetime, key: UUID):
    desk, found = DeskCursor(answered, moment, key), FoundCursor(moment, key)
    assert read_cursor(write_cursor(desk), DeskCursor) == desk
    assert read_cursor(write_cursor(found), FoundCursor) == found
    with pytest.raises(InvalidError):
        read_cursor(write_cursor(desk), FoundCursor)


@given(st.text(alphabet=string.printable + "가", min_size=1, max_size=80))
def test_foreign_cursors_are_refused(raw: str):
    with pytest.raises(InvalidError):
        read_cursor(raw, DeskCursor)


def test_every_status_is_reached_and_only_closed_is_final():
    targets = {move.target for move in MOVES.values()}
    sources = {status for move in MOVES.values() for status in move.sources}
    assert targets == set(labels.STATUS)
    assert set(labels.STATUS) - sources == {"CLOSED"}
