"""Lists of partner agencies: known ones are completed, others are added."""

from collections.abc import Sequence
from typing import Any

from sinmungo.agencies import service as agencies
from sinmungo.agencies.queries import AgencyRow
from sinmungo.agencies.record import as_texts
from sinmungo.errors import InvalidError
from sinmungo.host.context import Ctx
from sinmungo.imports.outcome import Outcome
from sinmungo.imports.plan import Row
from sinmungo.imports.problems import LineProblemError
from sinmungo.imports.terms import Words
from sinmungo.imports.values import telephone, words
from sinmungo.text import phone
from sinmungo.text.normalise import company_key

_COLUMN_OF = {"name": "name", "short_name": "short", "kind": "kind", "phone": "phone", "url": "url"}


class AgenciesTarget:
    """Writes the lines of a list."""

    def __init__(self, meant: Words, known: dict[str, AgencyRow]) -> None:
        self._meant = meant
        self._known = known

    @classmethod
    async def load(cls, ctx: Ctx, meant: Words) -> "AgenciesTarget":
        """Read the agencies that have not ended."""
        rows = await agencies.list_agencies(ctx)
        return cls(meant, {company_key(row.name): row for row in rows if row.valid_to is None})

    async def write(self, ctx: Ctx, rows: Sequence[Row], to: Outcome) -> None:
        """Understand and write the rows; each ends in one count of `to`."""
        for row in rows:
            try:
                async with ctx.db.savepoint():
                    await self._one(ctx, self._understand(row), to)
            except LineProblemError as problem:
                to.refuse(row, problem)
            except InvalidError as error:
                field, message = next(iter(error.errors.items()))
                column = _COLUMN_OF.get(field)
                to.refuse(row, LineProblemError("VALUE", message, column))

    def _understand(self, row: Row) -> dict[str, str]:
        told = {field: _at(row, column) for field, column in _COLUMN_OF.items()}
        if not company_key(told["name"]):
            raise LineProblemError("MISSING", "기관명이 비어 있습니다.", "name")
        told["kind"] = self._meant.code("AGENCY_KIND", told["kind"], "kind") or ""
        line = telephone(row.get("phone"))
        return {**told, "phone": phone.display(line) if line else ""}

    async def _one(self, ctx: Ctx, told: dict[str, str], to: Outcome) -> None:
        key = company_key(told["name"])
        found = self._known.get(key)
        if found is None:
            agency_id = await agencies.add(ctx, told)
            self._known[key] = await agencies.agency(ctx, agency_id)
            to.added += 1
            return
        stored = as_texts(found)
        blanks = {f: t for f, t in told.items() if t and not stored.get(f)}
        if not blanks:
            to.known += 1
            return
        await agencies.edit(ctx, found.id, blanks, found.row_version)
        self._known[key] = await agencies.agency(ctx, found.id)
        to.changed += 1


def _at(row: Row, column: str, parse: Any = words) -> str:
    try:
        return str(parse(row.get(column)))
    except LineProblemError as problem:
        problem.field = problem.field or column
        raise
