"""How fast a register of 50,000 lines comes in, and how much memory its process holds at most."""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from benchmarks.figures import Figure
from benchmarks.world import World, city_file
from sinmungo.app import Runtime
from sinmungo.config import Settings
from sinmungo.deploy.cities import Cities
from sinmungo.imports import runs, state, upload
from sinmungo.imports.upload import SheetChoice

LINES = 50_000
LINES_OF_A_SMALL_RUN = 600
SMALL_CASES = 100
TARGET_MB = 300
SLUG = "imported"
HEAD = (
    *("연번", "접수번호", "접수일자", "접수경로", "업체명", "대표자", "소재지", "연락처"),
    *("애로분야", "애로내용", "주관부서", "처리구분", "처리내용", "처리일"),
)
_WORDS = ("공장", "도로", "포장", "파손", "자금", "인력", "수출", "주차", "소음", "전력", "용수")


def run(world: World) -> list[Figure]:
    """Bring a register into a new city, in a process of its own."""
    small = world.options.cases <= SMALL_CASES
    lines = LINES_OF_A_SMALL_RUN if small else LINES
    file = world.folder / "register.xlsx"
    write_register(file, lines)
    found = _measured(world, file)
    rate = lines / (found["handed_in"] + found["matched"] + found["written"])
    return [
        Figure(
            part="imports",
            what=f"{lines:,} lines of {file.stat().st_size / 1e6:.1f} MB: read, matched, written",
            ours=f"{rate:,.0f} lines/s ({found['handed_in']:.1f} + {found['matched']:.1f} + "
            f"{found['written']:.1f} s)",
            details={"lines_per_second": rate, **found},
        ),
        Figure(
            part="imports",
            what=f"peak memory of the process, {found['before_mb']:.0f} MB before",
            ours=f"{found['peak_mb']:.0f} MB",
            target=f"≤ {TARGET_MB} MB",
            met=found["peak_mb"] <= TARGET_MB,
            details={"mb": found["peak_mb"]},
        ),
    ]


def write_register(file: Path, lines: int) -> None:
    """Write a register as a city hall would keep it, a title above its headings."""
    book = xlsxwriter.Workbook(str(file), {"constant_memory": True})
    sheet = book.add_worksheet("대장")
    sheet.write_string(0, 0, "2019년 기업애로 접수대장")
    for number, cells in enumerate(_lines(lines), start=2):
        sheet.write_row(number, 0, cells)
    book.close()


def _lines(count: int) -> Iterator[tuple[str | int, ...]]:
    yield HEAD
    for number in range(1, count + 1):
        text = " ".join(_WORDS[number * step % len(_WORDS)] for step in range(1, 15))
        yield (
            number,
            f"2019-{number}",
            f"2019.{number % 12 + 1}.{number % 28 + 1}.",
            "방문",
            f"㈜시험{number % 9000}산업",
            "홍길동",
            f"시험로 {number}",
            f"02-700-{number % 10000:04d}",
            "자금",
            f"{text} {number}",
            "기업지원과",
            "수용",
            "안내하고 신청을 도왔음",
            f"2019.{number % 12 + 1}.28.",
        )


def _measured(world: World, file: Path) -> dict[str, float]:
    words = (sys.executable, "-m", "benchmarks.parts.imports", str(file))
    done = subprocess.run(  # noqa: S603 - our own program, no shell
        words,
        input=json.dumps({f: getattr(world.settings, f) for f in _SETTINGS}),
        env={**os.environ},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


_SETTINGS = ("data", "deployment", "app_dsn", "migrator_dsn", "cookie_secure")


async def _bring_in(settings: Settings, name: str, raw: bytes) -> dict[str, float]:
    runtime = Runtime(settings)
    async with runtime.running():
        await Cities(runtime).apply([city_file(SLUG)])
        await runtime.registry.refresh()
        city = runtime.registry.by_slug(SLUG)
        before, at = _peak(), time.perf_counter()
        async with runtime.work.open(city) as ctx:
            run_id = await upload.upload(ctx, "CASES", name, raw)
        handed_in, at = time.perf_counter() - at, time.perf_counter()
        async with runtime.work.open(city) as ctx:
            plan = await state.read_plan(ctx, run_id)
            fields = plan.sheets[0].header.fields
            await upload.save_columns(ctx, run_id, {0: SheetChoice(use=True, fields=fields)}, "", 1)
        matched, at = time.perf_counter() - at, time.perf_counter()
        async with runtime.work.open(city) as ctx:
            await runs.start(ctx, run_id, 2, in_worker=False)
        more = True
        while more:
            async with runtime.work.open(city) as ctx:
                more = await runs.step(ctx, run_id)
        written = time.perf_counter() - at
        async with runtime.work.open(city) as ctx:
            done = await state.read_run(ctx, run_id)
    assert (done.state, done.added) == ("DONE", done.total), done
    return {
        "handed_in": handed_in,
        "matched": matched,
        "written": written,
        "before_mb": before,
        "peak_mb": _peak(),
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    given, register = json.loads(sys.stdin.read()), Path(sys.argv[1])
    took = _bring_in(Settings(**given), register.name, register.read_bytes())
    print(json.dumps(asyncio.run(took)))
