"""What a storm has seen: answers by kind, what was refused, and every fault."""

import re
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from io import BytesIO

MARK = re.compile(r"gale\d\d", re.IGNORECASE)
"""A city's slug; it stands in all its names, texts, numbers and addresses, and in no other's."""
TRADE = "정밀"
"""Ends the name of every company, in every city: what is sought there is to be found everywhere."""
_ZIP = b"PK\x03\x04"
_MOST_TOLD = 20


@dataclass(slots=True)
class Tally:
    """Shared by all sessions. `promised` are the case numbers that were told, with the content."""

    good: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    harm: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    faults: list[str] = field(default_factory=list)
    cases: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    receipts: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    promised: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def fault(self, text: str) -> None:
        """Keep a fault; the first ones tell enough."""
        if len(self.faults) < _MOST_TOLD:
            self.faults.append(text)

    def read(self, mark: str, where: str, raw: bytes) -> None:
        """Look through what a city was given: count its rows, and note another city's mark."""
        text = text_of(raw)
        for found in foreign(text, mark):
            self.fault(f"{where} of {mark} holds {found}")
        self.rows += text.count(f"{mark}{TRADE}")


def foreign(text: str, mark: str) -> set[str]:
    """Return the marks of other cities in a text."""
    return {found.lower() for found in MARK.findall(text)} - {mark}


def text_of(raw: bytes) -> str:
    """Return what stands in an answer or a file; a zipped one (XLSX, an export) is opened."""
    if not raw.startswith(_ZIP):
        return raw.decode("utf-8", "replace")
    with zipfile.ZipFile(BytesIO(raw)) as file:
        return "\n".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
