import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo.text.normalise import clean, clean_multiline, company_key, initials, is_initials
from sinmungo.text.search import grams, query_grams

KOREAN = st.text(alphabet="가온정밀자금도로은는을에서기업 abE93,.", max_size=40)


@pytest.mark.parametrize(
    ("dirty", "plain"),
    [
        ("  가온\u00a0정밀\t공장 ", "가온 정밀 공장"),
        ("가온\u200b정밀\ufeff", "가온정밀"),
        ("릫현장중심릮 지원", "“현장중심” 지원"),
        ("첫째<br/>둘째", "첫째 둘째"),
        ('<p class="x">자금 &amp; 판로</p>', "자금 & 판로"),
        ("<!-- 메모 -->자금&nbsp;부족", "자금 부족"),
        ("5 < 10 그리고 20 > 10", "5 < 10 그리고 20 > 10"),
        ("a<b 이고 R&D센터, AT&T", "a<b 이고 R&D센터, AT&T"),
        ("줄\r\n바꿈\x00\x07", "줄 바꿈"),
        (unicodedata.normalize("NFD", "가온정밀"), "가온정밀"),
        ("\ud800짝 없는 반쪽", "짝 없는 반쪽"),
        ("", ""),
    ],
)
def test_clean(dirty: str, plain: str) -> None:
    assert clean(dirty) == plain


def test_clean_multiline_keeps_lines_and_one_blank_line() -> None:
    dirty = " 첫 줄 \r\n\r\n\r\n\r\n둘째\u00a0줄<br>셋째\u2028넷째 "
    assert clean_multiline(dirty) == "첫 줄\n\n둘째 줄\n셋째\n넷째"


@given(st.text())
def test_cleaned_text_is_one_composed_line_that_stays(text: str) -> None:
    cleaned = clean(text)
    assert "\n" not in cleaned
    assert "  " not in cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    cleaned.encode()
    if "&" not in text and "<" not in text:
        assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "name",
    [
        "가온정밀",
        "㈜가온정밀",
        "㈜ 가온 정밀",
        "(주)가온정밀",
        "( 주 ) 가온정밀",
        "（주）가온정밀",
        "（株）가온정밀",
        "㈱가온정밀",
        "가온정밀 (주)",
        "주식회사 가온정밀",
        "가온정밀주식회사",
        "유한회사 가온정밀",
        "(유)가온정밀",
        "농업회사법인 주식회사 가온정밀",
        "농업회사법인(주)가온정밀",
        "가온·정밀",
        "가온-정밀\u200b",
    ],
)
def test_every_spelling_of_a_company_has_one_key(name: str) -> None:
    assert company_key(name) == "가온정밀"
    assert initials(name) == "ㄱㅇㅈㅁ"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("GAON Precision Co., Ltd.", "gaonprecision"),
        ("ＧＡＯＮ precision", "gaonprecision"),
        ("가온CNC 2공장", "가온cnc2공장"),
        ("Inc", "inc"),
        ("주식회사", "주식회사"),
        ("링크코퍼레이션", "링크코퍼레이션"),
        ("가온협동조합", "가온협동조합"),
        ("!!", ""),
    ],
)
def test_keys_keep_what_tells_companies_apart(name: str, key: str) -> None:
    assert company_key(name) == key


@given(st.text())
def test_keys_are_stable(name: str) -> None:
    key = company_key(name)
    assert " " not in key
    if "&" not in name and "<" not in name:
        assert bool(key) == any(c.isalnum() for c in unicodedata.normalize("NFKC", clean(name)))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ㄱㅇㅈㅁ", True),
        ("ㄱㅇ ㅈㅁ", True),
        ("ㄱㅇcnc2", True),
        ("ㄳ", True),
        ("가온", False),
        ("가ㅇ", False),
        ("cnc", False),
        ("", False),
        ("ㅏ", False),
    ],
)
def test_is_initials(query: str, found: bool) -> None:
    assert is_initials(query) is found


def test_initials_of_a_query_and_of_a_name_meet() -> None:
    assert initials("ㄱㅇ ㅈㅁ") == initials("가온정밀")
    assert initials("ㄱㅇCNC") == initials("㈜가온CNC")
    assert initials("ㄱㅅ") == initials("ㄳ") == initials("금산")
    assert initials("꽃빵") == "ㄲㅃ"


def test_grams_follow_the_text() -> None:
    assert grams("설비 자금") == ["설비", "비자", "자금"]
    assert grams("E-9 물") == grams("E9 물") == ["e9", "물"]
    assert grams("CNC가공") == ["cn", "nc", "c가", "가공"]
    assert grams("… !") == []


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("자금이", ["자금"]),
        ("진입도로가", ["진입", "입도", "도로"]),
        ("자금이 부족합니다", ["자금", "부족"]),
        ("외국인 근로자를 채용하고", ["외국", "국인", "근로", "로자", "채용"]),
        ("공장에서는", ["공장"]),
        ("평가", ["평가"]),
        ("물", ["물"]),
        ("관련", ["관련"]),
        ("자금 자금", ["자금"]),
        ("?!", []),
    ],
)
def test_query_grams_drop_particles_and_endings(query: str, terms: list[str]) -> None:
    assert query_grams(query) == terms


@pytest.mark.parametrize("query", ["고용허가제", "고용 허가제", "외국인이", "재입국"])
def test_spacing_and_particles_do_not_hide_a_text(query: str) -> None:
    text = "고용 허가제로 온 외국인 근로자의 재입국이 늦어집니다"
    assert set(query_grams(query)) <= set(grams(text))


@given(KOREAN)
def test_a_text_is_found_by_its_own_words(text: str) -> None:
    assert set(query_grams(text)) <= set(grams(text))
