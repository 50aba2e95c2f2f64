"""The city's approval line (결재선): who must approve an answer before the company has it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from sinmungo.cases import approval_queries as aq
from sinmungo.cases import labels as words
from sinmungo.host.city_settings import settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about
from sinmungo.host.types import Sample
from sinmungo.people.models import ROLES

PREFIX = "approval"
LINES: dict[str, tuple[str, ...]] = {
    "NONE": (),
    "TEAM_LEADER": ("TEAM_LEADER",),
    "DIVISION_HEAD": ("DIVISION_HEAD",),
    "BOTH": ("TEAM_LEADER", "DIVISION_HEAD"),
}
_TITLES = {
    "NONE": "결재 없음(담당자가 바로 답변)",
    "TEAM_LEADER": "팀장 전결",
    "DIVISION_HEAD": "과장 전결",
    "BOTH": "팀장 결재, 과장 전결",
}
type Line = Literal["NONE", "TEAM_LEADER", "DIVISION_HEAD", "BOTH"]


type Own = Literal["SAME", "NONE", "TEAM_LEADER", "DIVISION_HEAD", "BOTH"]
_OWN_TITLES = {"SAME": "모든 답변과 같음", **_TITLES}


def _own(disposition: str) -> msgspec.Meta:
    """Describe the line of one disposition."""
    return about(f"{words.DISPOSITION[disposition]} 답변", choices=_OWN_TITLES)


class Approval(msgspec.Struct, frozen=True):
    """Which line an answer takes."""

    line: Annotated[
        Line,
        about(
            "모든 답변의 결재선",
            "담당자가 답변을 올리면 차례대로 결재하고, 마지막 결재(전결)가 나면 기업에 갑니다. "
            "팀장·과장이 직접 쓴 답변은 자기 단계의 결재를 거치지 않습니다.",
            choices=_TITLES,
        ),
    ] = "NONE"
    accepted: Annotated[Own, _own("ACCEPTED")] = "SAME"
    partially_accepted: Annotated[Own, _own("PARTIALLY_ACCEPTED")] = "SAME"
    not_accepted: Annotated[Own, _own("NOT_ACCEPTED")] = "SAME"
    long_term_review: Annotated[Own, _own("LONG_TERM_REVIEW")] = "SAME"
    system_change_proposed: Annotated[Own, _own("SYSTEM_CHANGE_PROPOSED")] = "SAME"
    info_provided: Annotated[Own, _own("INFO_PROVIDED")] = "SAME"
    already_done: Annotated[Own, _own("ALREADY_DONE")] = "SAME"
    transferred: Annotated[Own, _own("TRANSFERRED")] = "SAME"
    withdrawn: Annotated[Own, _own("WITHDRAWN")] = "SAME"

    def steps(self, disposition: str) -> tuple[str, ...]:
        """Return the roles that must approve an answer of this disposition, in order."""
        own = getattr(self, disposition.lower(), "SAME")
        return LINES[self.line if own == "SAME" else own]


def any_line(stored: Mapping[str, Any]) -> bool:
    """Return whether any answer of a city with these stored settings is approved by somebody."""
    return any(LINES.get(line) for line in stored.values() if isinstance(line, str))


KEYS = tuple(f"{PREFIX}.{name}" for name in Approval.__struct_fields__)


async def approval_of(ctx: Ctx) -> Approval:
    """Return the city's line."""
    return await settings_of(ctx, PREFIX, Approval)


async def check(ctx: Ctx, new: Approval) -> Mapping[str, str]:
    """Refuse a line that nobody could approve."""
    lines = {name: getattr(new, name) for name in Approval.__struct_fields__}
    roles: list[str] = await ctx.db.all(aq.HOLDERS, roles=sorted(ROLES))
    errors = {}
    for field, line in lines.items():
        missing = [ROLES[role] for role in LINES.get(line, ()) if role not in roles]
        if missing:
            errors[field] = f"이 역할을 맡은 직원이 없습니다: {', '.join(missing)}"
    return errors


async def samples(_: Ctx, new: Approval) -> Sequence[Sample]:
    """Show the way of each kind of answer."""
    lines = [
        f"{title}: {_TITLES[_name(new.steps(code))]}"
        for code, title in words.DISPOSITION.items()
        if code != "ACCEPTED_ON_SITE"
    ]
    return (
        Sample("답변마다의 결재", "\n".join(lines)),
        Sample("이미 올린 답변", "올릴 때의 결재선을 그대로 따릅니다."),
    )


def _name(steps: tuple[str, ...]) -> str:
    return next(name for name, line in LINES.items() if line == steps)
