"""What 개통 점검 asks of companies: where in the city they may be."""

from sinmungo.companies.places import places
from sinmungo.host.context import Ctx
from sinmungo.host.types import Check, Finding


async def _places(ctx: Ctx) -> Finding:
    found = await places(ctx)
    if not found.dongs:
        return Finding("LOOK", "읍·면·동을 적지 않아 업체의 동을 확인하지 않습니다.")
    return Finding("DONE", f"읍·면·동 {len(found.dongs)}곳, 산업단지 {len(found.complexes)}곳")


CHECKS = (
    Check(
        "companies.places",
        "읍·면·동과 산업단지",
        "업체의 소재지를 골라 적고, 동별·단지별로 셉니다.",
        "/admin/companies",
        _places,
        order=100,
    ),
)
