"""`sinmungo tenant archive|restore|export|suspend|resume|drop` as an operator types them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sinmungo.app import Runtime
from sinmungo.cli.archive_told import written
from sinmungo.cli.told import CliProblemError
from sinmungo.testing.command import command
from sinmungo.testing.whole_cities import discard, left_of, register_case, sums
from sinmungo_tenants import Tenant


@pytest.fixture(autouse=True)
def _no_city_is_left(runtime: Runtime) -> Iterator[None]:
    yield
    discard(runtime)


@pytest.fixture
def tenant(runtime: Runtime, tmp_path: Path):
    """Run `sinmungo tenant …`; returns exit code and output."""
    settings = runtime.settings
    environment = {
        **os.environ,
        "SINMUNGO_DATA": settings.data,
        "SINMUNGO_DEPLOYMENT": settings.deployment,
        "SINMUNGO_APP_DSN": settings.app_dsn,
        "SINMUNGO_MIGRATOR_DSN": settings.migrator_dsn,
        "SINMUNGO_TENANTS": str(tmp_path),
        "COLUMNS": "200",
    }

    async def run(*words: str) -> tuple[int, str]:
        return await command("tenant", *words, environment=environment)

    return run


def the_file(folder: Path, ending: str) -> Path:
    (found,) = folder.glob(f"*{ending}")
    return found


def age(file: Path, days: int) -> Path:
    """Make a file look old and give it another time in its name."""
    old = file.with_name(re.sub(r"-\d{8}T", "-20250101T", file.name))
    file.rename(old)
    when = old.stat().st_mtime - days * 86400
    os.utime(old, (when, when))
    return old


async def test_a_city_moves_and_leaves(
    tenant, runtime: Runtime, city: Tenant, make_city, tmp_path: Path
):
    neighbour = await make_city()
    await register_case(runtime, neighbour)
    await register_case(runtime, city)
    before = sums(runtime, neighbour)
    out = tmp_path / "kept"
    code, output = await tenant("archive", city.slug, "--out", str(out))
    assert (code, str(the_file(out, ".tar")) in output) == (0, True)
    code, output = await tenant("archive", "--verify", str(the_file(out, ".tar")))
    assert (code, "is sound" in output, city.slug in output) == (0, True, True)

    words = ("--slug", "moved", "--host", "moved.localhost")
    code, output = await tenant("restore", str(the_file(out, ".tar")), *words)
    assert (code, "tenant resume moved" in output) == (0, True)
    await runtime.registry.refresh()
    moved = runtime.registry.by_slug("moved")
    assert (moved.hosts, moved.open) == (("moved.localhost",), False)
    assert sums(runtime, moved, but=("city_keys",)) == sums(runtime, city, but=("city_keys",))
    assert (await tenant("resume", "moved"))[0] == 0
    await runtime.registry.refresh()
    assert runtime.registry.by_slug("moved").open
    await register_case(runtime, runtime.registry.by_slug("moved"))

    code, output = await tenant("drop", "moved", "--type-slug", "moved")
    assert (code, "suspend it first" in output) == (1, True)
    assert (await tenant("suspend", "moved", "--why", "이전"))[0] == 0
    code, output = await tenant("export", "moved", "--out", str(out))
    assert (code, "keep it locked away" in output) == (0, True)
    code, output = await tenant("drop", "moved")
    assert (code, "--type-slug moved" in output) == (1, True)
    write(tmp_path / "moved.toml")
    code, output = await tenant("drop", "moved", "--type-slug", "moved")
    told = output.replace("\n", "")  # the console breaks a long path
    assert (code, "dropped" in told, "moved.toml" in told) == (0, True, True)
    assert left_of(runtime, moved.id) == []
    assert sums(runtime, neighbour) == before


def write(file: Path) -> None:
    file.write_text('slug = "moved"\n', "utf-8")


async def test_all_cities_at_once_and_old_ones_thinned(
    tenant, runtime: Runtime, city: Tenant, tmp_path: Path
):
    out = tmp_path / "kept"
    await tenant("archive", city.slug, "--out", str(out))
    old = age(the_file(out, ".tar"), 40)
    code, output = await tenant("archive", "--all", "--out", str(out), "--keep-days", "30")
    assert (code, old.name in output) == (0, True)
    names = [f.name for f in tars(out)]
    assert old.name not in names
    assert len(names) == len(runtime.registry.all())


def tars(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.tar"))


async def test_what_goes_wrong_is_one_line(tenant, city: Tenant, tmp_path: Path):
    file = tmp_path / "file"
    write(file)
    for words, told in (
        (("archive", "nowhere"), "no city"),
        (("archive", city.slug, "--out", str(file)), "file"),
        (("archive", "--verify", str(file)), "damaged"),
        (("restore", str(tmp_path / "absent.tar")), "no file"),
        (("export", city.slug, "--out", str(file)), "cannot write"),
    ):
        code, output = await tenant(*words)
        assert (code, len(output.strip().splitlines())) == (1, 1), output
        assert told in output


def test_what_the_database_refuses_is_told_without_a_row():
    row = "Key (phone)=(010-1234-5678) already exists."
    with pytest.raises(CliProblemError, match=r"UniqueViolation \(23505\)") as told, written():
        raise psycopg.errors.UniqueViolation(row)
    assert "1234" not in str(told.value)
