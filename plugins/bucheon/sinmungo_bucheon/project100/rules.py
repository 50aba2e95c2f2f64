"""B1 and B2 without a database: whether a company may come in, and whether it has to wait.

B1: the head count that holds on the selection day decides, so one counted later cannot be used.
B2: a seat is given only when one is free and nobody waits; else the order would be broken.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from sinmungo.sdk import CompanyBrief, date_ko
from sinmungo_bucheon.project100.models import ACTIVE, WAITING
from sinmungo_bucheon.project100.queries import RoundRow

type Verdict = Literal["ACTIVE", "WAITING", "REFUSED"]


class Seats(msgspec.Struct, frozen=True):
    """How many of a round's seats are taken and how many companies wait."""

    capacity: int
    active: int = 0
    waiting: int = 0

    @property
    def free(self) -> int:
        """Seats that nobody holds; never below 0."""
        return max(0, self.capacity - self.active)

    @property
    def next_status(self) -> Literal["ACTIVE", "WAITING"]:
        """What the next applicant becomes."""
        return "ACTIVE" if self.free and not self.waiting else "WAITING"


class Check(msgspec.Struct, frozen=True):
    """What enrolling a company now would lead to, and why, in Korean."""

    verdict: Verdict
    reason: str


def seats(capacity: int, counts: Mapping[str, int]) -> Seats:
    """Return the seats of a round from its counts by status."""
    return Seats(capacity, counts.get(ACTIVE, 0), counts.get(WAITING, 0))


def refusal(company: CompanyBrief, employees_needed: int, selected_on: date) -> str:
    """Return why B1 keeps the company out, or an empty text."""
    day = date_ko(selected_on)
    if company.state != "ACTIVE":
        return "폐업했거나 관외로 옮긴 업체입니다."
    if company.employees is None or company.employees_on is None:
        return f"종업원 수가 없습니다. 선정일 {day} 이전을 기준으로 한 종업원 수가 필요합니다."
    counted = date_ko(company.employees_on)
    if company.employees_on > selected_on:
        return (
            f"종업원 수의 기준일 {counted}이 선정일 {day}보다 늦습니다. "
            "선정일 이전을 기준으로 한 종업원 수가 필요합니다."
        )
    if company.employees < employees_needed:
        return (
            f"종업원 {company.employees}명({counted} 기준)입니다. "
            f"선정일 {day}에 {employees_needed}명 이상이어야 합니다."
        )
    return ""


def check(company: CompanyBrief, of: RoundRow, now: Seats, *, open_in: str = "") -> Check:
    """Return what enrolling the company would lead to; `open_in` is a round it is in already."""
    if of.closed_on is not None:
        return Check("REFUSED", "마감한 회차입니다.")
    if open_in:
        return Check("REFUSED", f"이미 {open_in}에 있는 업체입니다.")
    why = refusal(company, of.min_employees, of.selected_on)
    if why:
        return Check("REFUSED", why)
    if now.next_status == ACTIVE:
        return Check("ACTIVE", f"정원 {of.capacity}개사 중 {now.free}자리가 남았습니다.")
    place = now.waiting + 1
    if now.free:
        return Check("WAITING", f"먼저 기다리는 업체가 있어 대기 {place}번이 됩니다.")
    return Check("WAITING", f"정원 {of.capacity}개사가 찼습니다. 대기 {place}번이 됩니다.")
