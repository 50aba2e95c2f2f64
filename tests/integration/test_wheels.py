"""The wheels, as a stranger gets them: built, installed into a clean environment, run.

A stranger's plugin, the example outside the packages, is installed beside ours.

Third-party packages come from this environment (a path file), so nothing is downloaded; our own
packages come from the wheels alone.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sinmungo.testing.environments import build_wheels, clean_environment

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT, *sorted(p.parent for p in (ROOT / "plugins").glob("*/pyproject.toml"))]
CITIES = [p.name for p in PROJECTS[1:]]
EXAMPLE = ROOT / "tests" / "fixtures" / "example_plugin"
GUIDES = {
    p.parent.parent.name.removeprefix("sinmungo_"): p.stem
    for project in (*PROJECTS[1:], EXAMPLE)
    for p in sorted(project.glob("sinmungo_*/guide/*.md"))
}
pytestmark = pytest.mark.timeout(600)
SMOKE = """
import sys
from pathlib import Path

import httpx
import pytest

import sinmungo
import sinmungo_tenants
from sinmungo.author.scaffolding import scaffold

EXPECTED = {expected!r}
GUIDES = {guides!r}


def test_all_of_it_comes_from_the_wheels(runtime):
    for module in (sinmungo, sinmungo_tenants, *(__import__(f"sinmungo_{{p}}") for p in EXPECTED)):
        assert Path(module.__file__).is_relative_to(sys.prefix), module.__file__
    found = {{p.slug for p in runtime.host.plugins.values() if not p.built_in}}
    assert found == set(EXPECTED), runtime.host.quarantined


async def test_a_city_with_all_of_them_answers(make_city, app):
    city = await make_city(plugins=EXPECTED)
    assert set(EXPECTED) <= city.plugins
    pages = {{"/": 200, "/office/people/sign-in": 200, "/static/app.css": 200, "/help/index": 200}}
    pages |= {{"/api/v1/openapi.json": 200}}
    pages |= {{f"/help/{{p}}/{{GUIDES[p]}}": 200 for p in EXPECTED}}
    transport = httpx.ASGITransport(app)
    base = f"http://{{city.hosts[0]}}"
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        found = {{path: (await client.get(path)).status_code for path in pages}}
    assert found == pages


def test_a_project_can_be_begun(tmp_path):
    scaffold("seoul", "새사업", tmp_path)
    assert (tmp_path / "sinmungo-seoul" / "ci.sh").is_file()
"""


LIKE = """

async def test_a_city_like_another_takes_over_what_its_plugin_names(runtime, make_city):
    from sinmungo.deploy.cities import Cities, CityFile
    from sinmungo.sdk import clock, get_settings, set_setting
    from sinmungo_example.mentoring import queries as q

    city = await make_city(plugins=("example",))
    async with runtime.work.open(city) as ctx:
        await set_setting(ctx, "example.capacity", 7)
        await ctx.db.run(q.ADD_MENTOR, id=clock.uuid7(), title="㈜셋째", row_version=1)
        theirs = await ctx.db.all(q.MENTORS)
    for slug, plugins in (("alike", ("example",)), ("bare", ())):
        file = CityFile(slug=slug, name="시험시", service_name="기업SOS", plugins=plugins)
        made = (await Cities(runtime).add(file, like=city)).city
        async with runtime.work.open(made) as ctx:
            found = await get_settings(ctx, {"example.capacity": None})
            assert found["example.capacity"] == (7 if plugins else None)
            if plugins:
                assert await ctx.db.all(q.MENTORS) == theirs
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build_wheels([*PROJECTS, EXAMPLE], tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="module")
def python(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with all of them."""
    assert len(wheels) == len(PROJECTS) + 1
    return clean_environment(tmp_path_factory.mktemp("wheels") / "env", wheels)


def environment(worker_id: str, dsn: str) -> dict[str, str]:
    """Return what a stranger's shell would hold; the server of this run serves the inner one too.

    Alone, both would call their database the same: then the inner run starts a server of its own.
    """
    drop = {"PYTHONPATH", "SINMUNGO_STRICT_PLUGINS", "SINMUNGO_TEST_DSN"}
    kept = {k: v for k, v in os.environ.items() if k not in drop} | {"COLUMNS": "200"}
    return kept if worker_id == "main" else {**kept, "SINMUNGO_TEST_DSN": dsn}


def run(python: Path, folder: Path, env: dict[str, str], *words: str) -> str:
    """Run that Python in a folder and return what it printed."""
    done = subprocess.run(
        [str(python), *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tried(python: Path, folder: Path, env: dict[str, str], plugins: set[str]) -> str:
    """Run the smoke test, and the example's own tests where it is one of the plugins."""
    shutil.copy(EXAMPLE / "pyproject.toml", folder)
    tests = folder / "tests"
    if "example" in plugins:
        shutil.copytree(EXAMPLE / "tests", tests)
    else:
        tests.mkdir()
    text = SMOKE.format(expected=tuple(sorted(plugins)), guides=GUIDES)
    text += LIKE if "example" in plugins else ""
    (tests / "test_smoke.py").write_text(text, "utf-8")
    return run(python, folder, env, "-m", "pytest", "-q", "-p", "no:cacheprovider")


def test_the_wheels_and_the_example_beside_them_run(python, server_dsn, worker_id, tmp_path):
    """In a clean environment: four tests of the smoke, two that the example brings along."""
    told = tried(python, tmp_path, environment(worker_id, server_dsn), {*CITIES, "example"})
    assert "6 passed" in told


@pytest.mark.soak
def test_the_installed_example_passes_the_kit(python, server_dsn, worker_id, tmp_path):
    words = "-m sinmungo.cli plugin check example --no-screens"
    env = environment(worker_id, server_dsn)
    assert "고칠 것이 없습니다" in run(python, tmp_path, env, *words.split())


@pytest.mark.parametrize("left_out", CITIES)
@pytest.mark.soak
def test_core_runs_without_each_plugin(left_out, wheels, server_dsn, worker_id, tmp_path):
    apart = (f"sinmungo_{left_out}-", "sinmungo_example-")
    kept = [w for w in wheels if not w.name.startswith(apart)]
    assert len(kept) == len(PROJECTS) - 1
    python = clean_environment(tmp_path / "env", kept)
    folder = tmp_path / "run"
    folder.mkdir()
    env = environment(worker_id, server_dsn)
    assert "3 passed" in tried(python, folder, env, {*CITIES} - {left_out})
