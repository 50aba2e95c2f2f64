"""What 개통 점검 asks of expert advice: experts whose term runs."""

from sinmungo.experts.pool import counts, pool_name
from sinmungo.host.context import Ctx
from sinmungo.host.types import Check, Finding


async def _serving(ctx: Ctx) -> Finding:
    name, serving = await pool_name(ctx), (await counts(ctx))["SERVING"]
    if not serving:
        return Finding("LOOK", f"{name}: 임기 중인 사람이 없어 자문을 맡길 수 없습니다.")
    return Finding("DONE", f"{name}: 임기 중 {serving}명")


CHECKS = (
    Check(
        "experts.serving",
        "전문가",
        "심층자문은 명부에 있고 임기 중인 전문가에게 맡깁니다.",
        "/office/experts",
        _serving,
        order=320,
    ),
)
