"""Imported Korean text is dirty and companies write their own names five ways.

Everything that is stored for reading passes `clean`; everything that is compared or searched
passes `company_key`, `initials` or the 2-grams, so that one company is found under any spelling.
"""

import html
import re
import unicodedata

_SYLLABLE_FIRST, _SYLLABLE_LAST = 0xAC00, 0xD7A3
_SYLLABLES_PER_INITIAL = 588
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_CLUSTERS = str.maketrans(
    {
        "ㄳ": "ㄱㅅ",
        "ㄵ": "ㄴㅈ",
        "ㄶ": "ㄴㅎ",
        "ㄺ": "ㄹㄱ",
        "ㄻ": "ㄹㅁ",
        "ㄼ": "ㄹㅂ",
        "ㄽ": "ㄹㅅ",
        "ㄾ": "ㄹㅌ",
        "ㄿ": "ㄹㅍ",
        "ㅀ": "ㄹㅎ",
        "ㅄ": "ㅂㅅ",
    }
)

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAGS = "a|b|i|u|p|br|hr|h[1-6]|em|li|ol|ul|td|th|tr|div|font|img|pre|span|strong|sub|sup|table"
_ATTRIBUTE = r"""\s++[A-Za-z_:-]++(?:\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s<>"']++))?+"""
_TAG = re.compile(rf"</?(?:{_TAGS}|tbody|thead)(?:{_ATTRIBUTE})*+\s*+/?>", re.IGNORECASE)
_LINE_TAG = re.compile(r"<br\s*+/?>|</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--[^<>]*>")
_ONE_LINE_SPACE = re.compile(r"\s+")
_INLINE_SPACE = re.compile(r"[^\S\n]+")
_MANY_BLANK_LINES = re.compile(r"\n{3,}")
_BROKEN_QUOTES = {"릫": "“", "릮": "”"}
_UNUSUAL = re.compile(r"[^ \n!-~가-힣]|[릫릮]")

_LEGAL_FORM = re.compile(
    r"\((?:주|유|합|자|사|재|의|학|복|株|有)\)"
    r"|주식회사|株式會社|유한책임회사|유한회사|합자회사|합명회사"
    r"|(?:농업|어업|농업경영)회사법인|사단법인|재단법인"
)
_LATIN_FORM = re.compile(
    r"(?<![\s,])(?:[\s,]++(?:co\.?\s*,?\s*ltd|company|corporation|corp|inc|ltd|llc)\.?)+\s*$"
)


def clean(text: str) -> str:
    """One line of plain text: NFC, single spaces, no markup, no invisible characters."""
    return _ONE_LINE_SPACE.sub(" ", _plain(text)).strip()


def clean_multiline(text: str) -> str:
    """The same as `clean`, line by line; at most one blank line in a row is kept."""
    lines = _INLINE_SPACE.sub(" ", _plain(text)).split("\n")
    return _MANY_BLANK_LINES.sub("\n\n", "\n".join(line.strip() for line in lines)).strip()


def _plain(text: str) -> str:
    if "<" in text:
        text = _TAG.sub(" ", _LINE_TAG.sub("\n", _COMMENT.sub(" ", text)))
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNUSUAL.sub(_visible, text))


def _visible(found: re.Match[str]) -> str:
    """Other spaces become plain ones, broken quotes whole; what cannot be seen goes."""
    char = found.group()
    if char in _BROKEN_QUOTES:
        return _BROKEN_QUOTES[char]
    if char in "\u2028\u2029\x0b\x0c":
        return "\n"
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"} else char


def company_key(name: str) -> str:
    """What is left of a company's name for comparison: no legal form, space, case or punctuation.

    "㈜한빛정밀", "(주) 한빛정밀" and "한빛정밀 주식회사" share one key. A name that consists of a
    legal form only keeps it, so the key is empty only when nothing can be read at all.
    """
    plain = unicodedata.normalize("NFKC", clean(name)).casefold()
    short = _LATIN_FORM.sub("", _LEGAL_FORM.sub(" ", plain.replace("( ", "(").replace(" )", ")")))
    return _letters(short) or _letters(plain)


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def initials(text: str) -> str:
    """The leading consonants (초성) of a company's key; Latin letters and digits stay.

    A query that already is initials comes back in the same form: "ㅎㅂ ㅈㅁ" → "ㅎㅂㅈㅁ".
    """
    if is_initials(text):
        return "".join(text.split()).casefold().translate(_CLUSTERS)
    return "".join(map(_initial, company_key(text)))


def _initial(char: str) -> str:
    code = ord(char)
    if not _SYLLABLE_FIRST <= code <= _SYLLABLE_LAST:
        return char
    return _INITIALS[(code - _SYLLABLE_FIRST) // _SYLLABLES_PER_INITIAL]


def is_initials(query: str) -> bool:
    """Whether someone searches by leading consonants: at least one, and no whole syllable."""
    letters = "".join(query.split()).translate(_CLUSTERS)
    found = any(char in _INITIALS for char in letters)
    return found and all(
        char in _INITIALS or (char.isascii() and char.isalnum()) for char in letters
    )
