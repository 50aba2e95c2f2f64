"""Experts, companies and cases in a few words, for tests about advice."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sinmungo.app import Runtime
from sinmungo.cases.service import register
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.experts import service
from sinmungo.host.context import Ctx
from sinmungo_tenants import Tenant

EXPERT = {
    "name": "남궁가람",
    "phone": "010-1234-5678",
    "email": "garam@example.com",
    "affiliation": "노무법인 가람",
    "title": "공인노무사",
    "fields": "LABOR",
    "term_from": "2026-01-01",
    "term_to": "2027-12-31",
    "capacity": "4",
    "active": "1",
}
RULE = {
    "valid_from": "2026-01-01",
    "hourly": "150,000",
    "company_cap": "2,000,000",
    "expert_cap": "6,000,000",
    "conflict_years": "2",
    "report_days": "7",
}


@dataclass(slots=True)
class AdviceScene:
    """Makes what a session needs, with one open unit of work."""

    ctx: Ctx
    given: dict[str, Any] = field(default_factory=dict)

    async def rule(self, **given: str) -> UUID:
        """Set a rule of fees."""
        return await service.add_rule(self.ctx, RULE | given)

    async def expert(self, **given: str) -> UUID:
        """Add an expert."""
        return await service.add(self.ctx, EXPERT | given)

    async def case(
        self, company: str = "㈜새봄정밀", content: str = "취업규칙을 바꿔야 합니다"
    ) -> UUID:
        """Register a case and return its id; the company is found again by its name."""
        row = IntakeRow(category="LABOR", content=content)
        made = await register(self.ctx, Intake(company_name=company, channel="HOTLINE", rows=[row]))
        return made[0].id

    async def asked(self, case_id: UUID | None = None, labour: str = "LABOR") -> service.Changed:
        """Ask for advice on a case."""
        return await service.ask(
            self.ctx,
            case_id=case_id or await self.case(),
            field=labour,
            question="무엇을 바꿉니까?",
        )

    async def reported(self, expert_id: UUID, case_id: UUID, hours: str = "2") -> service.Changed:
        """Take a session as far as its report."""
        done = await self.asked(case_id)
        done = await service.match(self.ctx, done.id, expert_id, done.row_version)
        done = await service.pledge(self.ctx, done.id, done.row_version, paper_on="2026-11-02")
        session = service.Session(held_on="2026-11-02", hours=hours, mode="VISIT")
        done = await service.hold(self.ctx, done.id, session, done.row_version)
        return await service.report(self.ctx, done.id, "이렇게 하기로 했습니다.", done.row_version)


async def made(runtime: Runtime, city: Tenant, **experts: Any) -> tuple[UUID, dict[str, UUID]]:
    """Return the ids of a rule's city: a case of ㈜새봄정밀, and experts by the name given."""
    async with runtime.work.open(city) as ctx:
        scene = AdviceScene(ctx)
        await scene.rule()
        case_id = await scene.case()
        found = {name: await scene.expert(**given) for name, given in experts.items()}
    return case_id, found
