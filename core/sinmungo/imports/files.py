"""What kind of file was handed in, judged by its bytes, before any reader touches it.

Refused: everything but .xlsx and text, macros, files behind a password, archives that unpack to
far more than they weigh, and sheets whose cells lie so far apart that a table of them would not fit
into memory (the reader lays out a whole rectangle).
"""

import io
import re
import zipfile
import zlib
from typing import Literal

from sinmungo.imports.problems import FileProblemError

type FileKind = Literal["XLSX", "CSV"]

MAX_BYTES = 30 * 1024 * 1024
_MAX_UNPACKED = 400 * 1024 * 1024
_MAX_RATIO = 200
_MAX_ENTRIES = 2000
_MAX_CELLS = 6_000_000
MAX_LINES = 200_000
_CHUNK = 1 << 20
_OVERLAP = 512

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACRO_PARTS = ("vbaproject", "macrosheets/", "activex/", "embeddings/", "externallinks/")
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_CELL = re.compile(rb"<(?:\w+:)?(?:c|row)\s[^>]*?\br=\"([A-Z]{0,4})(\d{1,8})\"[^>]*?(/?)>")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def sniff(raw: bytes) -> FileKind:
    """Return what a file is. Raises FileProblemError in the words of the person who chose it."""
    if not raw.strip():
        raise FileProblemError("빈 파일입니다.")
    if len(raw) > MAX_BYTES:
        raise FileProblemError(f"파일은 {MAX_BYTES // 1024 // 1024}MB까지 올릴 수 있습니다.")
    if raw.startswith(_OLE):
        raise FileProblemError(
            "옛 엑셀 파일(.xls)이거나 암호가 걸린 파일입니다. 암호를 풀고 "
            "‘Excel 통합 문서(.xlsx)’로 저장해서 올려 주세요."
        )
    if raw.startswith(_ZIP):
        _check_archive(raw)
        return "XLSX"
    decode(raw)
    return "CSV"


def decode(raw: bytes) -> str:
    """Return the text of a CSV file: UTF-8 with or without a mark, UTF-16 with one, else CP949."""
    for mark, name in (*_BOMS, (b"", "utf-8"), (b"", "cp949")):
        if raw.startswith(mark):
            try:
                text = raw.decode(name)
            except UnicodeDecodeError:
                continue
            return _checked(text)
    raise FileProblemError(
        "글자를 읽을 수 없습니다. 엑셀 파일(.xlsx)이나 CSV(UTF-8, 한국어 완성형)만 됩니다."
    )


def _checked(text: str) -> str:
    if "\0" in text:
        raise FileProblemError("엑셀 파일(.xlsx)이나 CSV만 올릴 수 있습니다.")
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml", "<table", "{\\rtf")):
        raise FileProblemError(
            "엑셀이 아니라 웹 문서입니다. 엑셀에서 열어 .xlsx로 저장한 뒤 올려 주세요."
        )
    return text


def _check_archive(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
            _check_parts(parts, len(raw))
            for part in parts:
                if _SHEET_PART.fullmatch(part.filename):
                    _check_sheet(archive, part)
    except FileProblemError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
    ):
        raise FileProblemError("엑셀 파일이 손상되었거나 암호가 걸려 있습니다.") from None


def _check_parts(parts: list[zipfile.ZipInfo], size: int) -> None:
    names = [part.filename.lower().replace("\\", "/") for part in parts]
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise FileProblemError("엑셀 파일(.xlsx)이 아닙니다. 한글·압축 파일은 읽지 않습니다.")
    if any(word in name for name in names for word in _MACRO_PARTS):
        raise FileProblemError(
            "매크로나 다른 파일이 들어 있는 엑셀입니다. ‘Excel 통합 문서(.xlsx)’로 저장해서 "
            "올려 주세요."
        )
    unpacked = sum(part.file_size for part in parts)
    too_dense = unpacked > _CHUNK * 20 and unpacked > size * _MAX_RATIO
    if len(parts) > _MAX_ENTRIES or unpacked > _MAX_UNPACKED or too_dense:
        raise FileProblemError("풀면 지나치게 커지는 파일이라 읽지 않습니다.")


def _check_sheet(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read one sheet's XML in pieces; the declared size is not believed either."""
    last_line = last_column = read = 0
    rest = b""
    with archive.open(part) as stream:
        while piece := stream.read(_CHUNK):
            read += len(piece)
            if read > _MAX_UNPACKED:
                raise FileProblemError("풀면 지나치게 커지는 파일이라 읽지 않습니다.")
            rest += piece
            for letters, digits, empty in _CELL.findall(rest):
                if empty:
                    continue
                last_line = max(last_line, int(digits))
                last_column = max(last_column, _column(letters))
            rest = rest[-_OVERLAP:]
    if last_line > MAX_LINES or last_line * max(last_column, 1) > _MAX_CELLS:
        raise FileProblemError(
            f"한 시트에 {MAX_LINES:,}줄까지 읽습니다. 표 밖 멀리에 적힌 칸이 있으면 지워 주세요."
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
