"""The steps of an act on a plugin: what must hold meanwhile, and the words when one fails."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import literal, select

from sinmungo.errors import RefusedError, SinmungoError
from sinmungo.host import plugin_records as records
from sinmungo.host.context import Ctx
from sinmungo.host.failures import FAULTS, is_cancelled
from sinmungo.host.host import LoadedPlugin
from sinmungo_tenants import read

if TYPE_CHECKING:
    from sinmungo.app import Runtime

_LOCKED = "55P03"
AFTER = "SEED_LATER"
WHY = {
    "TABLES": "표를 만들지 못했습니다.",
    "SEED": "기능이 처음 자료를 쓰다가 멈추었습니다.",
    AFTER: "표는 새 판이 되었지만 기능이 처음 자료를 쓰다가 멈추었습니다.",
    "LOCKED": "다른 작업이 표를 쓰고 있어 기다리다 멈추었습니다. 잠시 뒤에 다시 해 주세요.",
    "EXPORT": "내보낸 파일을 쓰지 못했습니다.",
    "STATE": "상태를 바꾸지 못했습니다.",
    "PURGE": "표를 지우지 못했습니다.",
}
_MEANWHILE = "그 사이에 누가 함께 쓰는 기능을 켜거나 껐습니다. 화면을 새로 열어 주세요."


class ActFailedError(RefusedError):
    """A step of an act failed and was undone. `reason` is a key of WHY."""

    code = "switch_failed"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(
            f"바꾸지 못했습니다. {WHY[reason]} {'그 밖에는 ' if reason == AFTER else ''}"
            "앞의 상태 그대로입니다. 운영자에게 확인을 요청해 주세요."
        )
        self.reason = reason
        self.detail = detail


async def need_on(ctx: Ctx, required: set[str], chain: Sequence[LoadedPlugin]) -> None:
    """Hold what was on already, so that nobody switches it off before this act is done."""
    for slug in sorted(required - {one.slug for one in chain}):
        stored = await ctx.db.first(records.HELD, plugin=slug)
        if stored is None or stored.state != records.ACTIVE:
            raise RefusedError(_MEANWHILE)


async def need_unused(ctx: Ctx, runtime: "Runtime", slug: str) -> None:
    """Refuse to leave one alone that was switched on meanwhile and requires this one."""
    users = {p.slug for p in runtime.host.plugins.values() if slug in p.manifest.requires}
    on = {row.plugin for row in await ctx.db.all(records.STATES) if row.state == records.ACTIVE}
    if on & users:
        raise RefusedError(_MEANWHILE)


async def need_tables(ctx: Ctx, plugin: LoadedPlugin) -> None:
    """Fail if a purge was quicker; one that comes now waits until this act is done.

    It drops all tables or none, so to touch one is enough.
    """
    component = plugin.manifest.component
    for table in component.metadata.sorted_tables[:1] if component else ():
        await ctx.db.all(read(select(literal(1).label("n")).select_from(table).limit(0), int))


@contextmanager
def step(reason: str) -> Iterator[None]:
    """Name the step that fails; errors meant for people go on as they are."""
    try:
        yield
    except SinmungoError:
        raise
    except FAULTS as error:
        if is_cancelled(error):
            raise
        found = reason
        if getattr(error, "sqlstate", "") == _LOCKED:
            found = "LOCKED"
        elif isinstance(error, OSError) and reason == "PURGE":
            found = "EXPORT"
        raise ActFailedError(found, type(error).__name__) from error
