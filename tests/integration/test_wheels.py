"""The wheels, as a stranger gets them: built, installed into a clean environment, run.

A stranger's plugin, the example outside the packages, is installed beside ours.

Third-party packages come from this environment (a path file), so nothing is downloaded; our own
packages come from the wheels alone.
"""

import os
import subprocess
from pathlib import Path

import pytest

from sinmungo.testing.environments import build_wheels, clean_environment

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT, *sorted(p.parent for p in (ROOT / "plugins").glob("*/pyproject.toml"))]
CITIES = [p.name for p in PROJECTS[1:]]
EXAMPLE = ROOT / "tests" / "fixtures" / "example_plugin"
pytestmark = pytest.mark.timeout(600)
SMOKE = """
import asyncio, sys
from pathlib import Path
import sinmungo, sinmungo_tenants
from sinmungo.host.loader import load
from sinmungo.slices import CORE_SLICES
from sinmungo.testing.database import fresh_database, test_runtime, new_city
from sinmungo.app import create_app
import httpx

inside = Path(sys.prefix)
assert Path(sinmungo.__file__).is_relative_to(inside), sinmungo.__file__
assert Path(sinmungo_tenants.__file__).is_relative_to(inside)
dsn, data, expected = sys.argv[1], Path(sys.argv[2]), set(sys.argv[3].split())
host = load(CORE_SLICES)
found = {p.slug for p in host.plugins.values() if not p.built_in}
assert found == expected, (found, host.quarantined)

async def main():
    async with test_runtime(fresh_database(dsn, "wheels"), "wheels", data) as runtime:
        city = await new_city(runtime, "wheel", tuple(expected), {})
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(create_app(runtime)), base_url="http://wheel.localhost"
        )
        async with client:
            for path in ("/", "/office/people/sign-in", "/static/app.css", "/help/index",
                         "/api/v1/openapi.json"):
                answer = await client.get(path)
                assert answer.status_code == 200, (path, answer.status_code)
        assert expected <= city.plugins
        print("smoke ok")

asyncio.run(main())
"""


DRIVE = """
import asyncio, sys
from pathlib import Path
import httpx, sinmungo, sinmungo_example
from sinmungo.app import create_app
from sinmungo.testing.database import fresh_database, new_city, test_runtime
from sinmungo.testing.people import People
from sinmungo.testing.web import Web

inside = Path(sys.prefix)
assert Path(sinmungo.__file__).is_relative_to(inside)
assert Path(sinmungo_example.__file__).is_relative_to(inside)

async def main():
    dsn = fresh_database(sys.argv[1], "example_wheel")
    async with test_runtime(dsn, "example_wheel", Path(sys.argv[2])) as runtime:
        city = await new_city(runtime, "hanbit", ("example",), {})
        assert {"example", "bookings"} <= city.plugins
        people = People(runtime, city)
        web = Web(create_app(runtime), city.hosts[0], people)
        assert "남은 자리는 20개사" in (await web.anyone().get("/example/mentoring")).text
        officer = await people.officer("LEAD_OFFICER")
        shown = await web.browser(officer).get("/office/example/mentoring")
        assert "신청이 없습니다" in shown.text, shown.text
        assert (await web.api(officer).get("/api/v1/example/mentoring")).json()["items"] == []
        await web.close()
        print("driven")

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build_wheels([*PROJECTS, EXAMPLE], tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="module")
def python(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with all of them."""
    assert len(wheels) == len(PROJECTS) + 1
    return clean_environment(tmp_path_factory.mktemp("wheels") / "env", wheels)


def run(python: Path, dsn: str, data: Path, *words: str) -> str:
    """Run that Python in an empty folder and return what it printed."""
    data.mkdir(exist_ok=True)
    drop = {"PYTHONPATH", "SINMUNGO_STRICT_PLUGINS"}
    environment = {k: v for k, v in os.environ.items() if k not in drop}
    done = subprocess.run(
        [str(python), *words],
        cwd=data,
        env={**environment, "SINMUNGO_TEST_DSN": dsn, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def smoke(python: Path, dsn: str, data: Path, plugins: set[str]) -> None:
    words = (dsn, str(data), " ".join(sorted(plugins)))
    assert "smoke ok" in run(python, dsn, data, "-c", SMOKE, *words)


def test_the_wheels_run_in_a_clean_environment(python, server_dsn, tmp_path):
    smoke(python, server_dsn, tmp_path / "data", {*CITIES, "example"})


def test_the_example_runs_beside_ours(python, server_dsn, tmp_path):
    data = tmp_path / "data"
    assert "driven" in run(python, server_dsn, data, "-c", DRIVE, server_dsn, str(data))
    new = run(
        python,
        server_dsn,
        data,
        *["-m", "sinmungo.cli", "plugin", "new", "seoul", "--title", "새사업"],
    )
    assert "sinmungo-seoul" in new
    assert (data / "sinmungo-seoul" / "ci.sh").is_file()


@pytest.mark.soak
def test_the_installed_example_passes_the_kit(python, server_dsn, tmp_path):
    words = "-m sinmungo.cli plugin check example --no-screens"
    assert "고칠 것이 없습니다" in run(python, server_dsn, tmp_path / "data", *words.split())


@pytest.mark.parametrize("left_out", CITIES)
@pytest.mark.soak
def test_core_runs_without_each_plugin(left_out, wheels, server_dsn, tmp_path):
    apart = (f"sinmungo_{left_out}-", "sinmungo_example-")
    kept = [w for w in wheels if not w.name.startswith(apart)]
    assert len(kept) == len(PROJECTS) - 1
    python = clean_environment(tmp_path / "env", kept)
    smoke(python, server_dsn, tmp_path / "data", {*CITIES} - {left_out})
