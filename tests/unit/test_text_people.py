from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo import clock
from sinmungo.text.guards import resident_number_at
from sinmungo.text.people import mask_email, mask_name

PERSON = "900101-1234567"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("김철수", "김*수"),
        (" 김 철수 ", "김*수"),
        ("이산", "이*"),
        ("남궁민수", "남**수"),
        ("선우재덕희", "선***희"),
        ("John Smith", "J*** S****"),
        ("Bo", "B*"),
        ("J", "J*"),
        ("김", "김*"),
        ("", ""),
    ],
)
def test_mask_name(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(alphabet="가나다라마바사아자차", min_size=2, max_size=10))
def test_a_masked_name_always_hides_something(name: str) -> None:
    assert "*" in mask_name(name)
    assert len(mask_name(name)) == len(name)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("kim.cs@example.com", "ki***@example.com"),
        ("ab@example.com", "a***@example.com"),
        ("a@example.com", "a***@example.com"),
        ("no address", "***"),
    ],
)
def test_mask_email(address: str, masked: str) -> None:
    assert mask_email(address) == masked


@pytest.mark.parametrize(
    "written",
    [
        PERSON,
        "9001011234567",
        "900101 1234567",
        "900101 - 1234567",
        "９００１０１－１２３４５６７",
        "051231-4234567",
        "850315-5234567",
    ],
)
def test_resident_numbers_are_found_where_they_stand(written: str) -> None:
    text = f"대표자 주민번호는 {written}입니다."
    span = resident_number_at(text)
    assert span is not None
    assert text[slice(*span)] == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "010-1234-5678",
        "123-45-67891",
        "901301-1234567",
        "900231-1234567",
        "900101-9234567",
        "900101-1******",
        "1900101-1234567",
        "900101-12345678",
        "금액 1,234,567,890,123원",
        "법인등록번호 110111-1234569",
    ],
)
def test_other_numbers_pass(text: str) -> None:
    assert resident_number_at(text) is None


def test_a_person_after_other_numbers_is_still_found() -> None:
    text = f"법인 110111-1234569, 대표 {PERSON}"
    assert resident_number_at(text) == (text.index(PERSON), len(text))


def test_nobody_is_born_tomorrow() -> None:
    with clock.frozen(clock.at(date(2026, 11, 2), "10:00")):
        assert resident_number_at("261102-3234567") is not None
        assert resident_number_at("261103-3234567") is None
