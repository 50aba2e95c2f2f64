"""Sessions of this year for the demo: each goes through the service, at the time it would have."""

import dataclasses
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from sinmungo.sdk import (
    Ctx,
    Identity,
    Intake,
    IntakeRow,
    clock,
    experts,
    list_companies,
    list_officers,
    register_cases,
)

_TEXTS = (
    (
        "LABOR",
        "LABOR",
        "주 52시간 예외 기간이 끝나 교대조를 다시 짜야 하는데 취업규칙을 어떻게 바꿔야 합니까?",
        "교대조 3안을 비교하고 취업규칙 변경 절차(의견 청취, 신고)와 서식을 안내했습니다.",
    ),
    (
        "TAX",
        "TAX",
        "연구소를 분리하려는데 세액공제를 계속 받을 수 있습니까?",
        "분리 뒤에도 전담 인력과 공간을 갖추면 공제됨을 확인하고 갖출 서류를 정리했습니다.",
    ),
    (
        "EXPORT",
        "EXPORT",
        "원산지 증명이 반려되었습니다. 무엇을 보완해야 합니까?",
        "품목번호를 다시 확인하고 원가 자료를 보완해 재신청하도록 도왔습니다.",
    ),
    (
        "IP",
        "IP",
        "경쟁사가 비슷한 부품을 내놓았습니다. 우리 특허로 막을 수 있습니까?",
        "청구항을 견주어 침해 가능성이 낮음을 설명하고, 개량 발명 출원을 권했습니다.",
    ),
    (
        "LEGAL",
        "LEGAL",
        "납품 대금을 석 달째 못 받고 있습니다. 먼저 무엇을 해야 합니까?",
        "내용증명과 지급명령 절차를 안내하고 계약서의 지연이자 조항을 확인했습니다.",
    ),
    (
        "TECH_CERT",
        "TECH_CERT",
        "해외 인증 시험에서 두 번 떨어졌습니다.",
        "불합격 항목의 원인을 찾고 시험소와 보완 일정을 잡았습니다.",
    ),
)
FRIDAY = 4
_SCORES = (5, 4, 5, 4, 3, 5, 2, 4, 5, 5)
_OPEN = ("MATCHED", "REQUESTED", "PLEDGED", "HELD", "LATE", "REPORTED", "HELD", "REQUESTED")
_RANK = {
    "REQUESTED": 0, "MATCHED": 1, "PLEDGED": 2, "HELD": 3, "LATE": 3, "REPORTED": 4, "PAID": 5,
}  # fmt: skip


async def sessions(ctx: Ctx, count: int, known: UUID, rival: UUID) -> None:
    """Ask, match, hold, report and pay `count` sessions since January, the last ones still open.

    `known` is chosen wherever the rules allow it, so that this expert's desk has something to do;
    `rival` advises a rival of one company, and so is left out there.
    """
    companies = await list_companies(ctx, size=100)
    clerk = await _clerk(ctx)
    if not companies or clerk is None:
        return
    for number, (day, target) in enumerate(_plan(count)):
        text = _TEXTS[number % len(_TEXTS)]
        company = companies[number * 7 % len(companies)]
        if number == 0:
            tie = experts.NewTie(kind="ADVISER_TO_RIVAL", company_id=company.id)
            await experts.add_tie(ctx, rival, tie, 1)
        story = _Story(number, company.id, day, target, text, known)
        await _one(dataclasses.replace(ctx, me=clerk), story)


async def _clerk(ctx: Ctx) -> Identity | None:
    """Return an officer of the team that looks after the pool, with every right, for the demo."""
    rows = [row for row, _ in await list_officers(ctx) if row.unit_id is not None]
    if not rows:
        return None
    every = frozenset(p.code for p in ctx.host.permissions(ctx.city))
    return Identity(
        kind="OFFICER", officer_id=rows[0].id, unit_id=rows[0].unit_id, permissions=every
    )


def _plan(count: int) -> Iterator[tuple[date, str]]:
    """Yield a day of asking and how far it came: spread over the year, the open ones last."""
    today = clock.today()
    done = max(0, count - len(_OPEN))
    span = max(0, (today - date(today.year, 1, 8)).days - 45)
    for number in range(done):
        yield date(today.year, 1, 8) + timedelta(days=span * number // max(1, done)), "PAID"
    for number, target in enumerate(_OPEN[: count - done]):
        back = 24 if target == "LATE" else 13 - number
        yield today - timedelta(days=back), target


@dataclasses.dataclass(frozen=True, slots=True)
class _Story:
    number: int
    company_id: UUID
    day: date
    target: str
    text: tuple[str, ...]
    known: UUID


async def _one(ctx: Ctx, story: _Story) -> None:
    field, category, question, report = story.text
    day = story.day
    with clock.frozen(_at(day, "10:00")):
        row = IntakeRow(category=category, content=question)
        case = (await register_cases(ctx, _intake(story.company_id, row)))[0]
    with clock.frozen(_at(day, "11:00")):
        done = await experts.ask(ctx, case_id=case.id, field=field, question=question)
    rank, request_id = _RANK[story.target], done.id
    if rank < _RANK["MATCHED"]:
        return
    with clock.frozen(_at(day, "14:00")):
        free = [c for c in await experts.candidates(ctx, request_id) if not c.assessment.excluded]
        if not free:
            return
        chosen = next((c for c in free if c.id == story.known), free[0])
        done = await experts.match(ctx, request_id, chosen.id, done.row_version)
    if rank < _RANK["PLEDGED"]:
        return
    with clock.frozen(_at(day + timedelta(days=2), "10:00")):
        version = done.row_version
        done = await experts.pledge(ctx, request_id, version, paper_on=clock.today().isoformat())
        when = f"{_weekday(day + timedelta(days=5)).isoformat()} 14:00"
        done = await experts.plan(ctx, request_id, when, "VISIT", "", done.row_version)
    if rank < _RANK["HELD"]:
        return
    await _held(
        ctx, story.number, request_id, day + timedelta(days=5), done.row_version, rank, report
    )


async def _held(
    ctx: Ctx, number: int, request_id: UUID, day: date, version: int, rank: int, report: str
) -> None:
    with clock.frozen(_at(day, "17:00")):
        hours = ("2", "1.5", "3")[number % 3]
        session = experts.Session(held_on=_weekday(day).isoformat(), hours=hours, mode="VISIT")
        done = await experts.hold(ctx, request_id, session, version)
    if rank < _RANK["REPORTED"]:
        return
    with clock.frozen(_at(day + timedelta(days=4), "16:00")):
        done = await experts.report(ctx, request_id, report, done.row_version)
    if rank < _RANK["PAID"]:
        return
    with clock.frozen(_at(day + timedelta(days=9), "11:00")):
        await experts.rate(ctx, request_id, _SCORES[number % len(_SCORES)], "")
        due = await experts.due(ctx, request_id)
        await experts.approve(ctx, request_id, due.fee, done.row_version)


def _intake(company_id: UUID, row: IntakeRow) -> Intake:
    return Intake(company_id=company_id, channel="HOTLINE", rows=[row])


def _at(day: date, wall: str) -> datetime:
    """Return a moment of a weekday in the past: demo data never lies ahead of the clock."""
    return min(clock.at(_weekday(day), wall), clock.now())


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - FRIDAY))
