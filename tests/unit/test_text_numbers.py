from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo.text import business_no, money, phone
from sinmungo.text.errors import InputProblem


@pytest.mark.parametrize(
    "typed",
    ["123-45-67891", "1234567891", " 123 45 67891 ", "１２３－４５－６７８９１", "123.45.67891"],
)
def test_business_numbers_as_typed(typed: str) -> None:
    assert business_no.parse(typed) == "1234567891"
    assert business_no.display("1234567891") == "123-45-67891"


@pytest.mark.parametrize("typed", ["123-45-67890", "000-00-00000", "012-34-56784"])
def test_business_numbers_that_belong_to_nobody(typed: str) -> None:
    with pytest.raises(business_no.BusinessNoChecksumError) as refused:
        business_no.parse(typed)
    assert refused.value.code == "business_no.checksum"
    assert business_no.digits(typed).isdigit()


@pytest.mark.parametrize("typed", ["", "123-45-6789", "123-45-678912", "12a-45-67891", "①②③-45-67"])
def test_business_numbers_of_a_wrong_shape(typed: str) -> None:
    with pytest.raises(business_no.BusinessNoError, match="10자리") as refused:
        business_no.parse(typed)
    assert refused.value.code == "business_no.format"
    assert isinstance(refused.value, InputProblem)


@given(st.integers(101_00_0000, 999_99_9999))
def test_one_check_digit_fits_each_nine_digits(nine: int) -> None:
    assert sum(business_no.is_valid(f"{nine}{last}") for last in range(10)) == 1


@pytest.mark.parametrize(
    ("typed", "digits", "shown", "masked"),
    [
        ("010-1234-5678", "01012345678", "010-1234-5678", "010-****-5678"),
        ("01012345678", "01012345678", "010-1234-5678", "010-****-5678"),
        ("+82 10 1234 5678", "01012345678", "010-1234-5678", "010-****-5678"),
        ("０１０ １２３４ ５６７８", "01012345678", "010-1234-5678", "010-****-5678"),
        ("011-234-5678", "0112345678", "011-234-5678", "011-***-5678"),
        ("02)312-3456", "023123456", "02-312-3456", "02-***-3456"),
        ("031.8075.1234", "03180751234", "031-8075-1234", "031-****-1234"),
        ("070-1234-5678", "07012345678", "070-1234-5678", "070-****-5678"),
        ("1588-1234", "15881234", "1588-1234", "1588-****"),
    ],
)
def test_phones(typed: str, digits: str, shown: str, masked: str) -> None:
    assert phone.parse(typed) == digits
    assert phone.display(digits) == shown
    assert phone.mask(digits) == masked
    assert phone.last4(digits) == digits[-4:]
    assert phone.parse(shown) == digits


@pytest.mark.parametrize(
    "typed", ["", "123-4567", "010-1234", "+1 650 253 0000", "010-ABCD-5678", "전화 010-1234-5678"]
)
def test_phones_that_cannot_be_dialled(typed: str) -> None:
    with pytest.raises(phone.PhoneError, match="전화번호"):
        phone.parse(typed)


@pytest.mark.parametrize(
    ("typed", "won"),
    [
        ("1억2천", 120_000_000),
        ("3천5백만", 35_000_000),
        ("1,200,000", 1_200_000),
        ("1200000원", 1_200_000),
        ("35백만원", 35_000_000),
        ("1억 2,000만원", 120_000_000),
        ("1.5억", 150_000_000),
        ("2.5천만원", 25_000_000),
        ("500천원", 500_000),
        ("3만5천", 35_000),
        ("1억2천만 5백원", 120_000_500),
        ("1억 2000원", 100_002_000),
        ("1조 5,000억", 1_500_000_000_000),
        ("만원", 10_000),
        ("이천만원", 20_000_000),
        ("△1,234", -1234),
        ("-1,234원", -1234),
        ("₩1,234", 1234),
        ("금113,560원", 113_560),
        ("０", 0),
    ],
)
def test_money_as_typed(typed: str, won: int) -> None:
    assert money.parse(typed) == won


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "원",
        "-",
        "많이",
        "1,20",
        "1억2000",
        "1억2천원",
        "1조2천",
        "5백3천",
        "0.5원",
        "1..5억",
        "99999조9억",
        "2만3억",
        "1 달러",
        "1억억",
        "1" * 5000,
    ],
)
def test_money_that_is_not_clear(typed: str) -> None:
    with pytest.raises(money.MoneyError) as refused:
        money.parse(typed)
    assert refused.value.code == "money"


WON = st.integers(0, 10**16 - 1)


@given(WON, st.booleans())
def test_printed_money_is_read_back(won: int, negative: bool) -> None:
    amount = -won if negative else won
    assert money.parse(money.display(amount)) == amount


@given(WON)
def test_letters_are_read_back(won: int) -> None:
    head, _, letters = money.in_letters(won).partition("(")
    assert head == f"금{won:,}원"
    assert money.parse(letters.removesuffix(")")) == won


def test_letters_of_an_official_paper() -> None:
    assert money.in_letters(113_560) == "금113,560원(금일십일만삼천오백육십원)"
    assert money.in_letters(0) == "금0원(금영원)"
    assert money.in_letters(100_000_000) == "금100,000,000원(금일억원)"
    for won in (-1, 10**16):
        with pytest.raises(money.MoneyError):
            money.in_letters(won)


def test_display_and_units() -> None:
    assert [money.display(won) for won in (0, 1234, -1234)] == ["0", "1,234", "△1,234"]
    assert [money.in_unit(won, 1000) for won in (1499, 1500, -1500)] == [1, 2, -2]
    assert money.in_unit(829_499_999, 1_000_000) == 829


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [
        (1625, 1631, "99.6"),
        (10873, 10926, "99.5"),
        (9656, 9731, "99.2"),
        (1, 2000, "0.1"),
        (26, 53, "49.1"),
        (20, 53, "37.7"),
        (7, 53, "13.2"),
        (0, 5, "0.0"),
        (135, 266, "50.8"),
    ],
)
def test_ratios(numerator: int, denominator: int, percent: str) -> None:
    assert money.ratio_pct(numerator, denominator) == Decimal(percent)


def test_a_ratio_of_nothing_is_nothing() -> None:
    assert money.ratio_pct(0, 0) is None
