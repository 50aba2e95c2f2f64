"""What an export says about itself, in Korean: the data dictionary and what to know first."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from sinmungo.deploy.dictionary import ColumnEntry
from sinmungo.deploy.leaving_rows import csv_line

_HEADER = (
    "표", "표 이름", "열", "뜻", "자료형", "비울 수 있음", "기본키", "가리키는 곳",
    "개인정보", "내보내지 않은 까닭",
)  # fmt: skip
_READ_ME = """# {city} 기업지원 자료

{made:%Y. %m. %d. %H:%M}(한국 시각)에 한 시점의 자료를 통째로 내보낸 것입니다.

- 이름·전화번호·전자우편 같은 **개인정보가 풀려 있습니다.** 암호를 건 곳에 보관하고,
  옮긴 뒤에는 지우십시오.
- `tables/*.csv` 표마다 파일 하나입니다. UTF-8, 쉼표로 나누고 첫 줄은 열 이름입니다.
  - 값이 없으면 빈칸, 빈 글이면 `""`입니다. 0과 `-`는 적힌 그대로입니다.
  - 때는 한국 시각(ISO 8601), 묶음 값은 JSON, 예·아니오는 `true`·`false`입니다.
  - 글이 `=` `+` `-` `@` `'`로 시작하면 앞에 `'` 하나를 붙였습니다. 표 프로그램이 수식으로 여기지
    않게 한 것이니, 다른 프로그램에 넣을 때는 글의 첫 `'` 하나를 떼십시오.
- `ids.csv` 표의 `id`가 무엇인지 사람이 아는 이름(접수번호, 방문번호, 업체명 등)으로 적었습니다.
  다른 표가 `…_id`로 가리키는 것을 여기서 찾습니다.
- `registers/*.xlsx` 접수대장, 처리대장, 방문관리대장입니다. 화면에서 내려받는 것과 같아서
  이름과 연락처는 가림 처리되어 있습니다.
- `data-dictionary.csv`, `data-dictionary.md` 표와 열의 뜻, 자료형, 서로 가리키는 곳입니다.
- `files/` 시가 올리거나 받은 파일입니다.
- `manifest.json` 파일마다 크기와 SHA-256, 줄 수입니다. 옮긴 뒤 견주어 보십시오.

비밀번호, 접속 열쇠, 암호 열쇠와 프로그램이 잠깐 쓰는 값은 내보내지 않았습니다.
까닭은 자료 사전에 있습니다.
"""


def read_me(city: str, made: datetime) -> str:
    """Return the first page of an export; `made` is local time."""
    return _READ_ME.format(city=city, made=made)


def dictionary_csv(entries: Iterable[ColumnEntry]) -> str:
    """Return the data dictionary as CSV, a line per column."""
    return csv_line(_HEADER) + "".join(csv_line(_cells(e)) for e in entries)


def dictionary_md(city: str, entries: Sequence[ColumnEntry]) -> str:
    """Return the data dictionary for reading, a chapter per table."""
    lines = [f"# {city} 자료 사전", ""]
    for table, columns in groupby(entries, lambda e: (e.table, e.table_title)):
        lines += [f"## {table[1]} (`{table[0]}`)", ""]
        lines += ["| 열 | 뜻 | 자료형 | 가리키는 곳 | 참고 |", "|---|---|---|---|---|"]
        lines += [_line(e) for e in columns]
        lines.append("")
    return "\n".join(lines)


def _line(entry: ColumnEntry) -> str:
    notes = [entry.left_out, "개인정보" if entry.sealed else "", "기본키" if entry.key else ""]
    note = ", ".join(n for n in notes if n)
    return f"| `{entry.column}` | {entry.title} | {entry.kind} | {entry.refers_to} | {note} |"


def _cells(entry: ColumnEntry) -> list[str | None]:
    return [
        entry.table,
        entry.table_title,
        entry.column,
        entry.title,
        entry.kind,
        "예" if entry.nullable else "아니오",
        "예" if entry.key else "아니오",
        entry.refers_to,
        "예" if entry.sealed else "아니오",
        entry.left_out,
    ]
