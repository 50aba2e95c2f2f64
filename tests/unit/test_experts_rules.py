"""Who may advise whom, and what it costs: pure rules, and what must hold for any input."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo.experts import words
from sinmungo.experts.rules import (
    Facts,
    Question,
    Tie,
    assess,
    binds,
    full_fee,
    payable,
    years_after,
)

DAY = date(2026, 11, 2)
ASKED = Question(
    field="LABOR",
    field_label="노무",
    address="달서구 성서동 성서산업단지",
    company_key="가온정밀",
    day=DAY,
    conflict_years=2,
)
PLAIN = Facts(
    state="SERVING",
    fields=["LABOR"],
    firm_key="노무법인가람",
    regions=[],
    capacity=4,
    load=0,
    rating=None,
    ratings=0,
    under_review=False,
    cap_left=6_000_000,
)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
facts = st.builds(
    Facts,
    state=st.sampled_from(list(words.TERM)),
    fields=st.lists(st.sampled_from(["LABOR", "TAX"]), max_size=2),
    firm_key=st.sampled_from(["", "노무법인가람", "가온정밀"]),
    regions=st.lists(st.sampled_from(["성서동", "침산동"]), max_size=2),
    capacity=st.integers(0, 9),
    load=st.integers(0, 12),
    rating=st.none() | st.floats(1, 5),
    ratings=st.integers(0, 9),
    under_review=st.booleans(),
    cap_left=st.none() | st.integers(-10, 10),
)


def codes(found):
    return {r.code: r.weight for r in found.reasons}


def test_a_free_expert_of_the_field_suits():
    found = assess(PLAIN, ASKED)
    assert codes(found) == {"FIELD": "FOR", "FREE": "FOR"}
    assert not found.excluded
    assert found.score == 70
    assert found.reasons[0].text == "요청 분야(노무)가 맞습니다"


@pytest.mark.parametrize(
    ("change", "code", "weight"),
    [
        ({"fields": ["TAX"]}, "NO_FIELD", "AGAINST"),
        ({"regions": ["성서동"]}, "REGION", "FOR"),
        ({"regions": ["침산동"]}, "OTHER_REGION", "AGAINST"),
        ({"load": 4}, "FULL", "AGAINST"),
        ({"rating": 4.5, "ratings": 2}, "RATED", "FOR"),
        ({"rating": 2.0, "ratings": 2}, "LOW_RATED", "AGAINST"),
        ({"under_review": True}, "UNDER_REVIEW", "AGAINST"),
        ({"cap_left": 0}, "CAP", "AGAINST"),
        ({"state": "OVER"}, "TERM", "NEVER"),
        ({"firm_key": "가온정밀"}, "TIE", "NEVER"),
        ({"declined": "BUSY"}, "DECLINED", "NEVER"),
    ],
)
def test_each_reason_counts_and_is_told(change, code, weight):
    found = assess(replace(PLAIN, **change), ASKED)
    assert codes(found)[code] == weight
    assert all(r.text for r in found.reasons)
    better = assess(PLAIN, ASKED).score
    if weight == "AGAINST":
        assert found.score < better
    if weight == "NEVER":
        assert found.excluded
    if weight == "FOR":
        assert found.score > better


@pytest.mark.parametrize("kind", list(words.TIE))
def test_a_tie_that_holds_excludes(kind):
    found = assess(replace(PLAIN, ties=[Tie(kind, DAY, None)]), ASKED)
    assert found.excluded
    assert words.TIE[kind] in found.reasons[0].text


def test_advice_to_a_rival_binds_two_years_more_and_the_rest_do_not():
    last = date(2024, 11, 2)
    rival = Tie("ADVISER_TO_RIVAL", date(2024, 1, 1), last)
    assert binds(rival, DAY, 2)
    assert not binds(rival, DAY + timedelta(days=1), 2)
    assert not binds(rival, DAY, 1)
    assert not binds(Tie("STAKE", date(2024, 1, 1), last), DAY, 2)
    assert binds(Tie("STAKE", date(2024, 1, 1), last), last, 2)
    assert not binds(Tie("RELATIVE", DAY + timedelta(days=1), None), DAY, 2)
    assert years_after(date(2024, 2, 29), 2) == date(2026, 2, 28)


@given(facts, st.lists(st.builds(Tie, st.sampled_from(list(words.TIE)), days, st.none() | days)))
def test_no_one_with_a_tie_in_force_is_ever_free(known, ties):
    found = assess(replace(known, ties=ties), ASKED)
    if any(binds(tie, DAY, 2) for tie in ties) or known.firm_key == "가온정밀":
        assert found.excluded
    elif known.state == "SERVING":
        assert not found.excluded
    assert all(r.text and "{" not in r.text for r in found.reasons)


@given(st.integers(30, 480), st.integers(0, 10**6))
def test_a_fee_is_whole_won_and_never_more_than_hours_by_rate(minutes, hourly):
    fee = full_fee(minutes, hourly)
    assert fee * 60 <= minutes * hourly < (fee + 1) * 60


@given(
    st.lists(st.integers(0, 900_000), max_size=30), st.integers(0, 2 * 10**6), st.integers(0, 10**6)
)
def test_paying_one_after_the_other_never_passes_a_cap(fees, company_cap, expert_cap):
    paid = 0
    for full in fees:
        fee = payable(full, company_cap - paid, expert_cap - paid)
        assert 0 <= fee <= full
        paid += fee
    assert paid <= min(company_cap, expert_cap)
    assert paid == min(sum(fees), company_cap, expert_cap)
