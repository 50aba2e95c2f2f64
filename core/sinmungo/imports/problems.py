"""Why a file or a line cannot be taken. Messages name columns, never what a cell holds."""

from typing import ClassVar

from sinmungo.text.errors import InputProblem


class FileProblemError(InputProblem):
    """A file that is not read at all: wrong kind, macros, too large, damaged."""

    code: ClassVar[str] = "imports.file"


class LineProblemError(Exception):
    """A line that is not taken; `field` is the column at fault, `reason` a stable code."""

    def __init__(self, reason: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.field = field


REASONS = {
    "AMBIGUOUS": "여러 업체가 맞음",
    "DATE": "날짜",
    "DIFFERENT": "같은 번호, 다른 내용",
    "MISSING": "빈칸",
    "RESIDENT": "주민등록번호",
    "TERM": "모르는 낱말",
    "VALUE": "값",
    "TOTAL": "합계 줄",
    "HEADER": "되풀이된 머리글",
    "EMPTY": "빈 줄",
}
