"""What a cell means: days without a year, serial days, head counts, telephones, plain words.

A register of 2019 says "11.22"; the year comes from its title, its sheet's name, or the lines
around. A number 11.2 may be the 2nd or the 20th: it is asked about, never guessed.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

import msgspec

from sinmungo import clock
from sinmungo.imports.problems import LineProblemError
from sinmungo.imports.reader import MOMENT, RESIDENT_MARK, Cell
from sinmungo.text import business_no, dates, phone
from sinmungo.text.normalise import clean, clean_multiline

DAY_FIELDS = frozenset({"registered", "answered", "due", "as_of", "founded", "joined"})
MAX_TEXT = 4000
MAX_LINE = 300
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_EXCEL_ZERO = date(1899, 12, 30)
_NO_YEAR = re.compile(r"\D*\d{1,2}\s*[./월-]\s*\d{1,2}\s*[.일]?(?:\s*\(.*)?(?:\s+.*)?")
_THREE = re.compile(r"\D*\d{2,4}\s*[./년-]\s*\d{1,2}\s*[./월-]\s*\d{1,2}(?!\d|\s*[:시])")
_SERIAL_TEXT = re.compile(r"\d{5}")
_DIGITS = re.compile(r"[\d+][\d\-().~\s]*")
_NAME = re.compile(r"[^\W\d_][^\W\d_ ·.]*(?: [^\W\d_·.]+){0,2}")
_DAY_ONLY = re.compile(r"(\d{1,2})\.(\d)")
_COUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,7})\s*(?:명|인)?")
_YEAR = re.compile(r"(?<!\d)(19[89]\d|20\d\d)(?!\d)\s*(?:년|\.|-|/|$|[^\d])")
_AS_OF = re.compile(
    r"(20\d\d)\s*[.년\-/]\s*(\d{1,2})\s*[.월\-/]?\s*(\d{1,2}|말)?\s*[.일]?\s*(?=.*(?:기준|현재))"
)
_EARLIEST, _FOUNDED = date(1980, 1, 1), date(1900, 1, 1)
_DECEMBER = 12


class Years(msgspec.Struct):
    """Which year a day without one lies in: that of the title, else the one nearest to `last`."""

    title: int | None = None
    last: date | None = None

    def around(self) -> date:
        """Return a day such that the nearest day of any name lies in the right year."""
        if self.title is not None:
            return date(self.title, 7, 2)
        if self.last is not None:
            return self.last
        raise LineProblemError("DATE", "연도를 알 수 없습니다. 날짜에 연도를 적어 주세요.")


def year_in(text: str) -> int | None:
    """Return the one year that a title or a name speaks of, None if there is none or several."""
    found = {int(year) for year in _YEAR.findall(text + " ")}
    return found.pop() if len(found) == 1 else None


def as_of_in(text: str) -> date | None:
    """Return the 기준일 that a title tells ("2024. 6. 30. 기준", "2024년 6월말 현재"), or None."""
    found = _AS_OF.search(clean(text))
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2]), found[3]
    try:
        return date(year, month, int(day)) if day and day != "말" else _last_day(year, month)
    except ValueError:
        return None


def _last_day(year: int, month: int) -> date:
    following = date(year + month // _DECEMBER, month % _DECEMBER + 1, 1)
    return following - timedelta(days=1)


def words(cell: Cell) -> str:
    """Return a cell as one clean line. Raises LineProblemError for a resident number."""
    return "" if cell is None else _checked(clean(str(cell)), MAX_LINE)


def paragraphs(cell: Cell) -> str:
    """Return a cell as clean lines of at most 4,000 letters. Raises LineProblemError."""
    return "" if cell is None else _checked(clean_multiline(str(cell)), MAX_TEXT)


def _checked(text: str, limit: int) -> str:
    if RESIDENT_MARK in text:
        raise LineProblemError(
            "RESIDENT", "주민등록번호가 적혀 있어 지웠습니다. 번호 없이 다시 올려 주세요."
        )
    if len(text) > limit:
        raise LineProblemError("VALUE", f"{limit:,}자까지 적을 수 있습니다.")
    return text


def day(cell: Cell, years: Years) -> date | None:
    """Return the day of a cell, None for an empty one. Raises LineProblemError.

    A company may be far older than any register.
    """
    found = moment(cell, years, _FOUNDED)
    return clock.to_seoul(found).date() if found else None


def moment(cell: Cell, years: Years, earliest: date = _EARLIEST) -> datetime | None:
    """Return the moment of a cell, midnight when no time is given. Raises LineProblemError."""
    text = unicodedata.normalize("NFKC", words(cell)).lstrip("'’‘`").strip()
    if not text or text in {"-", "–", "."}:
        return None
    found = _parsed(cell, text, years)
    if not earliest <= found.date() <= clock.today():
        raise LineProblemError(
            "DATE",
            "아직 오지 않은 날입니다." if found.date() > clock.today() else "너무 오래된 날입니다.",
        )
    if _has_year(cell, text):
        years.last = found.date()
    return found


def unclear_day(cell: Cell) -> bool:
    """Whether a number may be two days: 11.2 is the 2nd or the 20th, but no month has a 40th."""
    short = _DAY_ONLY.fullmatch(str(cell)) if isinstance(cell, float) else None
    return short is not None and int(short[2]) <= 3  # noqa: PLR2004 - as said above


def _parsed(cell: Cell, text: str, years: Years) -> datetime:
    if isinstance(cell, str) and MOMENT.fullmatch(cell):
        return datetime.fromisoformat(cell).replace(tzinfo=clock.SEOUL)
    if isinstance(cell, int | float) and _FIRST_SERIAL <= cell < _LAST_SERIAL:
        return _from_serial(float(cell))
    if _SERIAL_TEXT.fullmatch(text) and _FIRST_SERIAL <= int(text) < _LAST_SERIAL:
        return _from_serial(float(text))
    if unclear_day(cell) and (short := _DAY_ONLY.fullmatch(text)):
        raise LineProblemError(
            "DATE", f"{short[1]}월 {short[2]}일인지 {short[2]}0일인지 알 수 없습니다."
        )
    around = clock.today() if _has_year(cell, text) else years.around()
    return _read(text, around, years)


def _read(text: str, around: date, years: Years) -> datetime:
    try:
        found = dates.parse_datetime(text, clock.at(around, "12:00"))
    except dates.DateError:
        try:
            found = clock.at(dates.parse_date(text, around), "00:00")
        except dates.DateError as problem:
            raise LineProblemError("DATE", problem.message) from None
    if years.title and not _has_year(text, text) and found.year != years.title:
        raise LineProblemError("DATE", f"{years.title}년에 없는 날짜입니다.")
    return _last_century(text, found)


def _last_century(text: str, found: datetime) -> datetime:
    """98.3.2 of a factory's registration lies behind us, not ahead."""
    ahead = found.date() > clock.today() and str(found.year) not in text
    return found.replace(year=found.year - 100) if ahead and _has_year(text, text) else found


def _has_year(cell: Cell, text: str) -> bool:
    if isinstance(cell, int | float):
        return cell >= _FIRST_SERIAL
    return bool(_THREE.match(text)) or not _NO_YEAR.fullmatch(text)


def _from_serial(serial: float) -> datetime:
    whole = int(serial)
    seconds = round((serial - whole) * 86_400)
    at = datetime.combine(_EXCEL_ZERO + timedelta(days=whole), time.min, clock.SEOUL)
    return at + timedelta(seconds=seconds)


def count(cell: Cell) -> int | None:
    """Return a number of people, None for an empty cell or "-". Raises LineProblemError."""
    text = words(cell)
    if not text or text in {"-", "–"}:
        return None
    found = _COUNT.fullmatch(text)
    if not found:
        raise LineProblemError("VALUE", "사람 수는 숫자로 적어 주세요.")
    return int(found[1].replace(",", ""))


def number(cell: Cell) -> str | None:
    """Return ten digits of a business number; a wrong check digit is let through as None.

    Old lists hold typing errors; domain.md asks for a warning there, and a wrong number must not
    become a company's key. Raises LineProblemError for what is no number at all.
    """
    text = words(cell)
    if not text or text in {"-", "없음", "미등록", "해당없음"}:
        return None
    try:
        return business_no.parse(text)
    except business_no.BusinessNoChecksumError:
        return None
    except business_no.BusinessNoError as problem:
        raise LineProblemError("VALUE", problem.message) from None


def name_beside_phone(cell: Cell) -> str:
    """Return the person of a cell like "김하늘 과장 010-0000-1234", empty if it names none.

    A mask (김*늘) is nobody's name.
    """
    text = words(cell)
    name = " ".join(_DIGITS.sub(" ", text).split()).strip("()[]/·,:- ")
    return name if "*" not in text and _NAME.fullmatch(name) else ""


def telephone(cell: Cell) -> str | None:
    """Return the digits of the first readable telephone in a cell, None if there is none."""
    text = words(cell)
    for part in re.split(r"[,;/\n]| {2,}", text):
        typed = re.sub(r"[^\d+\-().\s]", "", part).strip()
        if len(typed) < 8:  # noqa: PLR2004 - the shortest is 1588-0000
            continue
        for candidate in (typed, f"0{typed}"):  # Excel drops the first zero of a number
            try:
                return phone.parse(candidate)
            except phone.PhoneError:
                continue
    return None
