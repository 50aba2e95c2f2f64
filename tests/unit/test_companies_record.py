"""What is typed into a company's record is understood, refused by field, and given back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo.companies.demo import business_no
from sinmungo.companies.record import (
    CompanyValues,
    as_texts,
    changed_fields,
    echoes,
    understand,
)
from sinmungo.companies.search import looks_like_number, search_columns
from sinmungo.errors import InvalidError
from sinmungo.text.business_no import is_valid, parse
from sinmungo.text.normalise import company_key

NAME = {"name": "한빛정밀"}


def errors_of(texts: dict[str, str]) -> dict[str, str]:
    with pytest.raises(InvalidError) as caught:
        understand(texts)
    return caught.value.errors


def test_a_name_is_enough():
    assert understand({"name": " ㈜ 한빛정밀 "}) == CompanyValues(name="㈜ 한빛정밀")


@pytest.mark.parametrize("name", ["", "  ", "!!", "\u200b"])
def test_a_name_is_needed(name: str):
    assert errors_of({"name": name}) == {"name": "업체명을 적어 주세요."}


@pytest.mark.parametrize("name", ["010-0000-1234", "ㅎㅂㅈㅁ", "123-45-67891"])
def test_a_number_or_initials_are_no_name(name: str):
    assert "번호나 초성만으로는" in errors_of({"name": name})["name"]


@pytest.mark.parametrize("name", ["365", "1004", "3M", "21세기정밀"])
def test_a_name_may_have_digits(name: str):
    assert understand({"name": name}).name == name


def test_everything_at_once():
    values = understand(
        {
            **NAME,
            "business_no": "123-45-67891",
            "representative": "홍길동",
            "phone": "02-312-3456",
            "employees": "1,052명",
            "employees_foreign": "0",
            "employees_on": "2026. 11. 1.",
            "founded_on": "20110302",
            "factory_registered": "N",
            "premises": "RENTED",
            "size_class": "MEDIUM",
        }
    )
    assert values.business_no == "1234567891"
    assert values.phone == "023123456"
    assert (values.employees, values.employees_foreign) == (1052, 0)
    assert (values.employees_on, values.founded_on) == (date(2026, 11, 1), date(2011, 3, 2))
    assert values.factory_registered is False


def test_every_fault_is_named_at_once():
    found = errors_of(
        {
            "name": "",
            "business_no": "123-45-67890",
            "phone": "12",
            "employees": "많음",
            "founded_on": "2999-01-01",
            "premises": "빌림",
            "address": "900101-1234567",
        }
    )
    wanted = {"name", "business_no", "phone", "employees", "founded_on", "premises", "address"}
    assert found.keys() == wanted
    assert "등록증의 숫자" in found["business_no"]
    assert "아직 오지 않은 날" in found["founded_on"]
    assert "주민등록번호" in found["address"]


def test_a_head_count_needs_its_date():
    assert errors_of({**NAME, "employees": "0"}).keys() == {"employees_on"}


def test_foreigners_are_part_of_the_staff():
    counted = {**NAME, "employees_on": "2026-01-01", "employees_foreign": "6"}
    assert errors_of(counted).keys() == {"employees"}
    assert errors_of({**counted, "employees": "5"}).keys() == {"employees_foreign"}
    assert understand({**counted, "employees": "6"}).employees_foreign == 6


def test_dates_are_echoed():
    shown = echoes({"employees_on": "2026.11.22", "founded_on": "언젠가"})
    assert shown == {"employees_on": "2026. 11. 22.(일)", "founded_on": "", "state_on": ""}


def test_changed_fields_are_named():
    old = understand({**NAME, "dong": "중앙동"})
    new = understand({**NAME, "employees": "3", "employees_on": "2026-01-01"})
    assert changed_fields(old, new) == ["dong", "employees", "employees_on"]
    assert changed_fields(old, old) == []


days = st.dates(date(1900, 1, 1), date(2026, 1, 1))
choices = {
    "size_class": st.sampled_from(["MICRO", "LARGE"]),
    "premises": st.sampled_from(["OWNED", "RENTED"]),
    "factory_registered": st.booleans(),
    "founded_on": days,
    "business_no": st.integers(101_000_000, 999_999_999).map(
        lambda head: next(f"{head}{c}" for c in "0123456789" if is_valid(f"{head}{c}"))
    ),
    "phone": st.integers(0, 9999).map(lambda n: f"0100000{n:04d}"),
}


@st.composite
def records(draw: st.DrawFn) -> CompanyValues:
    total = draw(st.none() | st.integers(0, 5000))
    staff = {} if total is None else {"employees": total, "employees_on": draw(days)}
    if total is not None:
        staff["employees_foreign"] = draw(st.none() | st.integers(0, total))
    rest = {field: draw(st.none() | strategy) for field, strategy in choices.items()}
    return CompanyValues(name="한빛정밀", **staff, **rest)


@given(records())
def test_a_form_gives_back_what_it_shows(values: CompanyValues):
    assert understand(as_texts(values)) == values


@given(st.text(max_size=40))
def test_search_columns_take_any_name(name: str):
    columns = search_columns(name)
    assert columns["name_key"] == company_key(name)
    assert len(set(columns["grams"])) == len(columns["grams"])


@given(st.integers(0, 999_999))
def test_demo_numbers_are_valid(serial: int):
    assert parse(business_no(serial)).startswith("999")


@pytest.mark.parametrize("query", ["010-0000-1234", "+82 2 312 3456", "(02)312-3456", "１２３"])
def test_numbers_are_told_from_names(query: str):
    assert looks_like_number(query)
    assert not looks_like_number(query + "가")
