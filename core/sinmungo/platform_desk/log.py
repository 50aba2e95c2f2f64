"""Who did what at the operator's desk: append-only, names of things and no contents."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Text, bindparam, func, or_, select

from sinmungo import clock
from sinmungo_tenants import Session, insert_into, read
from sinmungo_tenants.control.operators import operator_log

ACTS = {
    "SIGN_IN": "로그인",
    "SIGN_IN_FAILED": "로그인 실패",
    "LOCKED": "여러 번 틀려 잠김",
    "SIGN_OUT": "로그아웃",
    "PASSWORD_CHANGED": "비밀번호 바꿈",
    "OPERATOR_ADDED": "운영자 추가",
    "OPERATOR_RESET": "운영자 비밀번호·인증 다시 만듦",
    "OPERATOR_DISABLED": "운영자 사용 중지",
    "OPERATOR_ENABLED": "운영자 다시 사용",
    "JOB_RETRIED": "작업 다시 함",
    "JOBS_RETRIED": "실패한 작업 모두 다시 함",
    "OUTBOX_RETRIED": "포기한 일 다시 함",
    "FIGURES_GATHERED": "현황 다시 모음",
}


class LogRow(msgspec.Struct):
    """One line."""

    at: datetime
    login: str
    act: str
    subject: str
    address: str

    @property
    def title(self) -> str:
        """The act in Korean."""
        return ACTS.get(self.act, self.act)

    @property
    def who(self) -> str:
        """Who it was: a login, the command line, or somebody who typed a login that is none."""
        nobody = "모르는 아이디" if self.act == "SIGN_IN_FAILED" else "명령줄"
        return self.login or nobody


_ADD = insert_into(operator_log)
_ACT: Any = bindparam("act", type_=Text)
_Q: Any = bindparam("q", type_=Text)
_IN_SUBJECT = func.strpos(operator_log.c.subject, _Q) > 0
_RECENT = read(
    select(
        operator_log.c.at,
        operator_log.c.login,
        operator_log.c.act,
        operator_log.c.subject,
        operator_log.c.address,
    )
    .where(
        or_(_ACT == "", operator_log.c.act == _ACT),
        or_(_Q == "", func.strpos(operator_log.c.login, _Q) > 0, _IN_SUBJECT),
    )
    .order_by(operator_log.c.at.desc(), operator_log.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    LogRow,
)


async def note(
    db: Session,
    act: str,
    *,
    subject: str = "",
    operator_id: UUID | None = None,
    login: str = "",
    address: str = "",
) -> None:
    """Write one line; without a login it was the command line."""
    await db.run(
        _ADD,
        id=clock.uuid7(),
        at=clock.now(),
        operator_id=operator_id,
        login=login,
        act=act,
        subject=subject,
        address=address,
    )


async def recent(
    db: Session, limit: int = 200, *, offset: int = 0, act: str = "", q: str = ""
) -> list[LogRow]:
    """Return the newest lines; `act` is one of `ACTS`, `q` part of a login or of what it was."""
    return await db.all(_RECENT, limit=limit, offset=offset, act=act, q=q.casefold())
