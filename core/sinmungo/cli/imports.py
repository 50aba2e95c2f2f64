"""`sinmungo import …`: a register or a list from a file, by the service that the screens use."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
from cyclopts import App, Parameter
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.prompt import Confirm
from rich.table import Table

from sinmungo.app import Runtime
from sinmungo.cli.common import run, runtime
from sinmungo.cli.problems import console
from sinmungo.cli.told import CliProblemError
from sinmungo.imports import runs, state, upload
from sinmungo.imports.bad_file import bad_workbook
from sinmungo.imports.columns import title_of
from sinmungo.imports.plan import Plan
from sinmungo.imports.queries import RunRow
from sinmungo.imports.terms import TITLES, load_words
from sinmungo.imports.upload import SheetChoice
from sinmungo_tenants import Tenant

app = App(name="import", help="Registers and lists from .xlsx or CSV into a city.")
_TOLD = 20


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Options:
    """What every command asks for.

    Parameters
    ----------
    sheets
        Name of a sheet to take; may be given several times. Without it every sheet with a table.
    yes
        Do not ask; lines with unknown words are left out.
    bad_lines
        Where to write the lines that were not taken, to be mended and brought in again.
    """

    sheets: Annotated[tuple[str, ...], Parameter(name="--sheet", negative="")] = ()
    yes: Annotated[bool, Parameter(negative="")] = False
    bad_lines: Path | None = None


_USUAL = Options()


@app.command
def cases(city: str, file: Path, *, options: Options = _USUAL) -> None:
    """Bring in an old register of difficulties.

    Parameters
    ----------
    city
        Slug of the city.
    file
        The .xlsx or CSV file.
    """
    _whole(_Wish("CASES", city, options), file)


@app.command
def companies(city: str, file: Path, *, as_of: str = "", options: Options = _USUAL) -> None:
    """Bring in a list of companies.

    Parameters
    ----------
    city
        Slug of the city.
    file
        The .xlsx or CSV file.
    as_of
        The day on which the head counts held, where the file does not tell it.
    """
    _whole(_Wish("COMPANIES", city, options, as_of), file)


@app.command
def agencies(city: str, file: Path, *, options: Options = _USUAL) -> None:
    """Bring in a list of partner agencies.

    Parameters
    ----------
    city
        Slug of the city.
    file
        The .xlsx or CSV file.
    """
    _whole(_Wish("AGENCIES", city, options), file)


@app.command
def people(city: str, file: Path, *, options: Options = _USUAL) -> None:
    """Bring in a list of departments or staff; accounts begin without a password.

    Parameters
    ----------
    city
        Slug of the city.
    file
        The .xlsx or CSV file.
    """
    _whole(_Wish("PEOPLE", city, options), file)


class _Wish(msgspec.Struct):
    """What was asked for on the command line."""

    kind: str
    slug: str
    options: Options
    as_of: str = ""


def _whole(wish: _Wish, file: Path) -> None:
    if not file.is_file():
        raise CliProblemError(f"no such file: {file}")
    done, mend = run(_import(wish, file.name, file.read_bytes()))
    bad_lines = wish.options.bad_lines
    if bad_lines and done.bad:
        bad_lines.write_bytes(mend)
        console.print(f"못 가져온 줄: {bad_lines}", markup=False)
    if done.state != "DONE":
        raise CliProblemError(f"the import stopped: {done.failure or done.state}")


async def _import(wish: _Wish, name: str, raw: bytes) -> tuple[RunRow, bytes]:
    """Return the run when it is over, and a workbook of the lines that were not taken."""
    async with runtime() as rt:
        city = rt.registry.by_slug(wish.slug)
        async with rt.work.open(city) as ctx:
            run_id = await upload.upload(ctx, wish.kind, name, raw)
        try:
            _ask(wish, await _match(rt, city, run_id, wish))
            done = await _drive(rt, city, run_id)
        except BaseException:
            await _give_up(rt, city, run_id)
            raise
        _tell_report(done)
        mend = await _tell_bad(rt, city, run_id) if done.bad else b""
    return done, mend


def _ask(wish: _Wish, plan: Plan) -> None:
    _tell_plan(wish.kind, plan)
    if not wish.options.yes and not _agreed():
        raise CliProblemError("nothing was written")


def _agreed() -> bool:
    try:
        return Confirm.ask("Bring it in?", console=console, default=False)
    except EOFError:
        return False


async def _match(rt: Runtime, city: Tenant, run_id: UUID, wish: _Wish) -> Plan:
    """Take the columns as they were recognised or saved before."""
    async with rt.work.open(city) as ctx:
        plan = await state.read_plan(ctx, run_id)
        stored = await state.read_run(ctx, run_id)
        wanted = wish.options.sheets
        unknown = set(wanted) - {sheet.name for sheet in plan.sheets}
        if unknown:
            names = ", ".join(sheet.name for sheet in plan.sheets)
            raise CliProblemError(f"no sheet {', '.join(sorted(unknown))}; there are {names}")
        choices = {
            number: SheetChoice(
                use=sheet.name in wanted if wanted else sheet.use,
                fields=sheet.header.fields,
                year=sheet.year,
            )
            for number, sheet in enumerate(plan.sheets)
        }
        day = wish.as_of or _day(plan.as_of)
        await upload.save_columns(ctx, run_id, choices, day, stored.row_version)
        made = await state.read_plan(ctx, run_id)
        meant = await load_words(ctx)
        made.unknown = [w for w in made.unknown if not meant.known(w.kind, w.key)]
    return made


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _tell_plan(kind: str, plan: Plan) -> None:
    for number in plan.used():
        sheet = plan.sheets[number]
        table = Table("열", "항목", title=f"{sheet.name} (머리글 {sheet.header.first}줄)")
        for label, field in zip(sheet.header.labels, sheet.header.fields, strict=True):
            table.add_row(label, title_of(kind, field) if field else "-")
        console.print(table)
    if plan.unknown:
        table = Table("종류", "낱말", "줄", title="맞추지 않은 낱말 (관리 화면에서 맞춥니다)")
        for word in plan.unknown[:_TOLD]:
            table.add_row(TITLES[word.kind], word.label, str(word.lines))
        console.print(table)


async def _drive(rt: Runtime, city: Tenant, run_id: UUID) -> RunRow:
    async with rt.work.open(city) as ctx:
        stored = await state.read_run(ctx, run_id)
        await runs.start(ctx, run_id, stored.row_version, in_worker=False)
    columns = (TextColumn("가져오기"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=stored.total)
        more = True
        while more:
            async with rt.work.open(city) as ctx:
                more = await runs.step(ctx, run_id)
            async with rt.work.open(city) as ctx:
                stored = await state.read_run(ctx, run_id)
            progress.update(task, completed=stored.done)
    return stored


async def _give_up(rt: Runtime, city: Tenant, run_id: UUID) -> None:
    """End a run that was broken off, so that its lines are destroyed."""
    async with rt.work.open(city) as ctx:
        stored = await state.read_run(ctx, run_id)
        if stored.state not in {"DONE", "CANCELLED"}:
            await runs.cancel(ctx, run_id)


def _tell_report(done: RunRow) -> None:
    console.print(
        f"{done.total:,}줄: 들어감 {done.added:,}, 고침 {done.changed:,}, "
        f"이미 있음 {done.known:,}, 건너뜀 {done.skipped:,}, 못 가져옴 {done.bad:,}"
    )


async def _tell_bad(rt: Runtime, city: Tenant, run_id: UUID) -> bytes:
    """Tell the first lines that were not taken, without their cells; return all as a workbook."""
    async with rt.work.open(city) as ctx:
        plan = await state.read_plan(ctx, run_id)
        lines = await state.bad_lines(ctx, run_id, plan, size=_TOLD)
        mend = await bad_workbook(ctx, run_id)
    for line in lines:
        console.print(f"{line.sheet} {line.line}줄 {line.column}: {line.message}", markup=False)
    return mend
