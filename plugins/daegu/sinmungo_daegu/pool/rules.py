"""What is Daegu's about the pool: its name, its first rate and caps, its least conflict years.

The amounts are made up until the city's own 운영기준 is entered (DESIGN); an admin sets others from
a day on at `/admin/experts`. The two years are the least that the pool's rules allow (A2, DESIGN).
"""

from collections.abc import Mapping
from typing import Any

from sinmungo.sdk import Ctx, Event, RefusedError, experts, get_settings, set_setting

NAME = "기업애로 자문단"
LEAST_CONFLICT_YEARS = 2
FIRST_RULE = {
    "valid_from": "2020-01-01",
    "hourly": "150000",
    "company_cap": "2000000",
    "expert_cap": "6000000",
    "conflict_years": str(LEAST_CONFLICT_YEARS),
    "report_days": "7",
}


async def seed(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Give the pool its name and first rule (`[daegu.rule]` may set others); keep what is there."""
    named = await get_settings(ctx, {experts.POOL_NAME: None})
    if named[experts.POOL_NAME] is None:
        await set_setting(ctx, experts.POOL_NAME, NAME)
    if not await experts.list_rules(ctx):
        given = {key: str(value) for key, value in table.get("rule", {}).items()}
        await experts.add_rule(ctx, FIRST_RULE | given)


def check_rule(event: Event) -> None:
    """Refuse a rule with fewer conflict years than the pool's own rules allow."""
    if isinstance(event, experts.RuleAdded) and event.conflict_years < LEAST_CONFLICT_YEARS:
        raise RefusedError(
            f"자문단 운영기준에 따라 경쟁사 자문 제한은 {LEAST_CONFLICT_YEARS}년 이상이어야 합니다."
        )
