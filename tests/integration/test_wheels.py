"""The wheels, as a stranger gets them: built, installed into a clean environment, run.

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


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build_wheels(PROJECTS, tmp_path_factory.mktemp("wheels"))


def smoke(python: Path, dsn: str, data: Path, plugins: set[str]) -> None:
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [str(python), "-c", SMOKE, dsn, str(data), " ".join(sorted(plugins))],
        env={**clean, "SINMUNGO_STRICT_PLUGINS": "1"},
        cwd=data,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "smoke ok" in done.stdout


def test_the_wheels_run_in_a_clean_environment(wheels, server_dsn, tmp_path):
    assert len(wheels) == len(PROJECTS)
    python = clean_environment(tmp_path / "env", wheels)
    data = tmp_path / "data"
    data.mkdir()
    smoke(python, server_dsn, data, {p.name for p in PROJECTS[1:]})


@pytest.mark.parametrize("project", PROJECTS[1:], ids=lambda p: p.name)
@pytest.mark.soak
def test_core_runs_without_each_plugin(project, wheels, server_dsn, tmp_path):
    kept = [w for w in wheels if not w.name.startswith(f"sinmungo_{project.name}-")]
    assert len(kept) == len(wheels) - 1
    python = clean_environment(tmp_path / "env", kept)
    data = tmp_path / "data"
    data.mkdir()
    smoke(python, server_dsn, data, {p.name for p in PROJECTS[1:]} - {project.name})
