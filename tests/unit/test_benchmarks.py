"""The benchmarks run from end to end; what they measure is nobody's business here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import PARTS, main
from benchmarks.figures import Figure, Report, as_markdown, write_into
from benchmarks.timing import median_ratio, percentile

ROOT = Path(__file__).parents[2]


def run(*arguments: str, limit: int = 150) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", "HOME": str(Path.home())},
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, list[Any]]]:
    """What three parts print, and their figures by part: one world is made for all of them."""
    file = tmp_path_factory.mktemp("figures") / "figures.json"
    size = ("--cities", "3", "--cases", "20", "--seconds", "0.2", "--rounds", "1")
    done = run("bind", "imports", "fleet", *size, "--json", str(file))
    assert done.returncode == 0, done.stderr
    found: dict[str, list[Any]] = {}
    for figure in json.loads(file.read_text("utf-8"))["figures"]:
        found.setdefault(figure["part"], []).append(figure)
    return done.stdout, found


def test_bind_measures_and_prints_a_ratio(measured: tuple[str, dict[str, list[Any]]]):
    told, figures = measured
    assert "×" in told
    assert len(figures["bind"]) == 2
    assert all(f["details"]["ratio"] > 0 for f in figures["bind"])


def test_imports_measures_lines_and_memory(measured: tuple[str, dict[str, list[Any]]]):
    speed, memory = measured[1]["imports"]
    assert speed["details"]["lines_per_second"] > 0
    assert memory["details"]["mb"] >= speed["details"]["before_mb"] > 0


def test_fleet_measures_a_run_a_column_and_a_city_that_is_stuck(
    measured: tuple[str, dict[str, list[Any]]],
):
    nothing, column, stuck = measured[1]["fleet"]
    assert 0 < nothing["details"]["seconds"] < column["details"]["worst"] < 60
    assert stuck["ours"].startswith("2 done, 1 reported")


@pytest.mark.soak
def test_with_as_many_cities_as_the_country_has(tmp_path: Path):
    file = tmp_path / "figures.json"
    done = run("scale", "--json", str(file), limit=3600)
    assert done.returncode == 0, done.stderr
    figures = json.loads(file.read_text("utf-8"))["figures"]
    assert {f["part"] for f in figures} == {"bind", "memory", "switch", "add", "fleet"}
    assert any("nothing to do over 243 cities" in f["what"] for f in figures)


@pytest.mark.soak
def test_every_part_runs(tmp_path: Path):
    file = tmp_path / "figures.json"
    size = ("--cities", "3", "--cases", "20", "--seconds", "0.2", "--rounds", "1")
    done = run(*size, "--json", str(file), limit=1200)
    assert done.returncode == 0, done.stderr
    figures = json.loads(file.read_text("utf-8"))["figures"]
    assert {f["part"] for f in figures} == set(PARTS)


def test_an_unknown_part_is_told():
    with pytest.raises(SystemExit, match="no such part: speed; there are bind"):
        main("speed")


def test_ratios_are_of_neighbouring_turns():
    assert median_ratio([1.0, 10.0, 3.0], [1.0, 20.0, 1.0]) == 1.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0, 2.0], 0.99) == 2.0


def test_the_table_goes_between_the_markers(tmp_path: Path):
    page = tmp_path / "speed.md"
    page.write_text("before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n", "utf-8")
    figure = Figure(part="bind", what="w", ours="1 ms", ratio="1.00×", target="≤ 2×", met=True)
    report = Report(machine="two cores", options="few", figures=[figure])
    write_into(page, report)
    text = page.read_text("utf-8")
    assert text.startswith("before\n")
    assert text.endswith("<!-- /figures -->\nafter\n")
    assert "| bind | w | 1 ms |  | 1.00× | ≤ 2× | yes |" in text
    assert "old" not in text
    assert as_markdown(report) in text


def test_a_page_without_markers_is_refused(tmp_path: Path):
    page = tmp_path / "speed.md"
    page.write_text("nothing\n", "utf-8")
    with pytest.raises(ValueError, match="no place"):
        write_into(page, Report(machine="", options="", figures=[]))
