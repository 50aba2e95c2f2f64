"""Drives an import in tests as the worker would: each step in a transaction of its own."""

from typing import Any
from uuid import UUID

from sinmungo.app import Runtime
from sinmungo.imports import queries as q
from sinmungo.imports import runs, state, upload
from sinmungo_tenants import Tenant


class Importer:
    """Takes a file through all steps; columns are taken as they were recognised."""

    def __init__(self, runtime: Runtime, city: Tenant) -> None:
        self.runtime = runtime
        self.city = city

    def open(self) -> Any:
        """Open a unit of work of the city."""
        return self.runtime.work.open(self.city)

    async def upload(self, raw: bytes, kind: str = "CASES", name: str = "대장.xlsx") -> UUID:
        """Hand in a file."""
        async with self.open() as ctx:
            return await upload.upload(ctx, kind, name, raw)

    async def match(
        self, run_id: UUID, terms: dict[str, str] | None = None, as_of: str = ""
    ) -> None:
        """Match columns and words."""
        async with self.open() as ctx:
            plan = await state.read_plan(ctx, run_id)
            run = await state.read_run(ctx, run_id)
            choices = {
                n: upload.SheetChoice(use=s.use, fields=s.header.fields, year=s.year)
                for n, s in enumerate(plan.sheets)
            }
            day = as_of or (plan.as_of.isoformat() if plan.as_of else "")
            await upload.save_columns(ctx, run_id, choices, day, run.row_version)
            await runs.save_terms(ctx, run_id, terms or {})

    async def go(self, run_id: UUID) -> q.RunRow:
        """Start the run and bring it to its end."""
        async with self.open() as ctx:
            run = await state.read_run(ctx, run_id)
            await runs.start(ctx, run_id, run.row_version, in_worker=False)
        return await self.rest(run_id)

    async def rest(self, run_id: UUID) -> q.RunRow:
        """Do the steps that are left."""
        more = True
        while more:
            async with self.open() as ctx:
                more = await runs.step(ctx, run_id)
        async with self.open() as ctx:
            return await state.read_run(ctx, run_id)

    async def all(
        self, raw: bytes, kind: str = "CASES", name: str = "대장.xlsx", **more: Any
    ) -> q.RunRow:
        """Do everything; `more` is for `match`."""
        run_id = await self.upload(raw, kind, name)
        await self.match(run_id, **more)
        return await self.go(run_id)

    async def bad(self, run_id: UUID) -> list[state.BadLine]:
        """Return the lines that were not taken."""
        async with self.open() as ctx:
            return await state.bad_lines(ctx, run_id, await state.read_plan(ctx, run_id))
