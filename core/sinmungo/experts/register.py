"""자문대장: the sessions of a year as a file, persons masked as they are stored."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import DateTime, bindparam

from sinmungo import clock
from sinmungo.errors import InvalidError
from sinmungo.experts import advice_queries as q
from sinmungo.experts import words
from sinmungo.experts.pool import list_experts
from sinmungo.experts.scope import Reached
from sinmungo.host.access_log import download_reason, note_download
from sinmungo.host.context import Ctx
from sinmungo.web.sheets import Column, Sheet
from sinmungo_tenants import read

FIRST = 2000
_MINUTES = 60
COLUMNS = (
    Column("번호", 12),
    Column("요청일", 12, "date"),
    Column("업체", 24),
    Column("분야", 12),
    Column("요청부서", 18),
    Column("전문가", 10, group="전문가"),
    Column("소속", 22, group="전문가"),
    Column("서약일", 12, "date"),
    Column("자문일", 12, "date", group="자문"),
    Column("방식", 10, group="자문"),
    Column("시간", 8, "number", group="자문"),
    Column("보고기한", 12, "date", group="보고"),
    Column("보고일", 12, "date", group="보고"),
    Column("자문료", 12, "money", group="지급"),
    Column("승인일", 12, "date", group="지급"),
    Column("평가", 6, "number"),
    Column("상태", 10),
)
POOL_COLUMNS = (
    Column("전문가", 10),
    Column("소속", 24),
    Column("직위", 14),
    Column("분야", 24),
    Column("지역", 18),
    Column("연락처", 16),
    Column("월 한도", 8, "number"),
    Column("위촉일", 12, "date", group="임기"),
    Column("끝나는 날", 12, "date", group="임기"),
    Column("상태", 10),
)
ALL = 10_000
FOOTNOTES = (
    "전문가 이름은 가려서 적습니다.",
    "자문료는 승인한 금액(원)이며, 한도 때문에 시간 × 단가보다 적을 수 있습니다.",
)
_FROM = bindparam("asked_from", type_=DateTime(timezone=True))
_TO = bindparam("asked_to", type_=DateTime(timezone=True))
_YEAR: Reached[q.Line] = Reached(
    lambda reach: read(
        q.LINE.where(reach, q.r.requested_at >= _FROM, q.r.requested_at < _TO).order_by(
            q.r.requested_at, q.r.id
        ),
        q.Line,
    )
)


async def take_away(ctx: Ctx, year: int, reason: str) -> Sheet:
    """Return the sheet of a year's requests that the actor may see, the oldest first.

    Who took it and why is written down. Raises InvalidError ("reason") when nothing is said.
    """
    if not FIRST <= year <= clock.today().year:
        raise InvalidError({"year": "연도를 골라 주세요."})
    why = download_reason(reason)
    rows = await _YEAR.all(
        ctx,
        asked_from=clock.at(date(year, 1, 1), "00:00"),
        asked_to=clock.at(date(year + 1, 1, 1), "00:00"),
    )
    await note_download(ctx, "experts.advice", why, len(rows))
    title = f"{year}년 자문대장"
    return Sheet(title, COLUMNS, [_cells(row) for row in rows], clock.today(), FOOTNOTES, "건")


async def take_away_pool(ctx: Ctx, reason: str) -> Sheet:
    """Return the sheet of all experts of any term, persons masked; written down likewise."""
    why = download_reason(reason)
    rows = await list_experts(ctx, limit=ALL)
    await note_download(ctx, "experts.pool", why, len(rows))
    cells = [
        (
            row.name_mask,
            row.affiliation,
            row.title,
            ", ".join(row.fields),
            ", ".join(row.regions),
            row.phone_mask,
            row.capacity,
            row.term_from,
            row.term_to,
            words.TERM[row.state],
        )
        for row in rows
    ]
    return Sheet("전문가 명부", POOL_COLUMNS, cells, clock.today(), FOOTNOTES[:1], "명")


def _cells(row: q.Line) -> list[Any]:
    return [
        row.no,
        _day(row.requested_at),
        row.company_name,
        row.field_label,
        row.unit_name,
        row.expert_mask,
        row.affiliation,
        row.pledged_on,
        row.held_on,
        words.MODE.get(row.mode) if row.mode else None,
        None if row.minutes is None else row.minutes / _MINUTES,
        row.report_due,
        _day(row.reported_at),
        row.fee,
        _day(row.paid_at),
        row.score,
        words.STATE[row.state],
    ]


def _day(moment: datetime | None) -> date | None:
    return clock.to_seoul(moment).date() if moment else None
