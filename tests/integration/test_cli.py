"""The operator's command line on a real deployment."""

import os
from pathlib import Path

import pytest

from sinmungo.app import Runtime
from sinmungo.deploy.cities import Cities, read_files
from sinmungo.deploy.first_admin import FirstAdmin, first_password
from sinmungo.deploy.problems import CityFileProblemError
from sinmungo.errors import InvalidError
from sinmungo.host.city_settings import get_settings, set_setting
from sinmungo.people.service import list_units
from sinmungo.people.sign_in import sign_in
from sinmungo.testing.command import command
from sinmungo_tenants.errors import TenantExistsError

CITY = """
slug = "{slug}"
name = "{name}"
service_name = "기업SOS"
hosts = ["{slug}.localhost"]

[settings]
"cases.number_prefix" = "{prefix}"

[[people.departments]]
name = "기업과"
phone = "02-700-1000"
teams = ["상담팀"]
"""


@pytest.fixture
def sinmungo(runtime: Runtime, tmp_path: Path):
    """Run `sinmungo …` in a process of its own; returns exit code and output."""
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

    async def run(*words: str, **changes: str) -> tuple[int, str]:
        return await command(*words, environment={**environment, **changes})

    return run


def write_city(folder: Path, slug: str, *, name: str = "새시", prefix: str = "NW") -> Path:
    file = folder / f"{slug}.toml"
    file.write_text(CITY.format(slug=slug, name=name, prefix=prefix), "utf-8")
    return file


async def test_apply_makes_a_city_and_repeats_without_change(sinmungo, runtime, tmp_path):
    write_city(tmp_path, "newtown")
    code, output = await sinmungo("tenant", "apply")
    assert (code, "newtown: made" in output) == (0, True)
    await runtime.registry.refresh()
    city = runtime.registry.by_host("newtown.localhost")
    assert city is not None
    async with runtime.work.open(city) as ctx:
        assert [u.name for u in await list_units(ctx)] == ["기업과", "상담팀"]
    assert await sinmungo("tenant", "apply") == (0, "")


async def test_apply_shows_drift_and_never_undoes_an_admins_change(sinmungo, runtime, tmp_path):
    write_city(tmp_path, "drifting")
    await Cities(runtime).apply(read_files(tmp_path))
    city, key = runtime.registry.by_slug("drifting"), "cases.number_prefix"
    async with runtime.work.open(city) as ctx:
        await set_setting(ctx, key, "ADMIN")
    write_city(tmp_path, "drifting", name="큰시")
    code, output = await sinmungo("tenant", "apply")
    assert (code, "ADMIN" in output, "큰시" in output) == (0, True, True)
    await runtime.registry.refresh()
    assert runtime.registry.by_slug("drifting").name == "새시"
    async with runtime.work.open(city) as ctx:
        assert (await get_settings(ctx, {key: None}))[key] == "ADMIN"
    assert await sinmungo("tenant", "apply", "--force", key, "--force", "name") == (0, "")
    await runtime.registry.refresh()
    assert runtime.registry.by_slug("drifting").name == "큰시"
    async with runtime.work.open(city) as ctx:
        assert (await get_settings(ctx, {key: None}))[key] == "NW"


async def test_a_host_of_another_city_is_not_taken_by_force(runtime, city, tmp_path):
    file = write_city(tmp_path, "greedy")
    cities = Cities(runtime)
    await cities.apply(read_files(tmp_path))
    file.write_text(file.read_text("utf-8").replace("greedy.localhost", city.hosts[0]), "utf-8")
    with pytest.raises(TenantExistsError, match=city.hosts[0]):
        await cities.apply(read_files(tmp_path), frozenset({"hosts"}))
    await runtime.registry.refresh(force=True)
    assert runtime.registry.by_host(city.hosts[0]) == city
    assert runtime.registry.by_slug("greedy").hosts == ("greedy.localhost",)


async def test_add_and_list(sinmungo):
    code, output = await sinmungo("tenant", "add", "byhand", "손시", "--host", "hand.localhost")
    assert (code, "byhand: made" in output) == (0, True)
    code, output = await sinmungo("tenant", "list")
    assert code == 0
    assert "byhand" in output
    assert "hand.localhost" in output
    for words in (("byhand", "손시"), ("second-one", "둘시", "--host", "hand.localhost")):
        code, output = await sinmungo("tenant", "add", *words)
        assert (code, len(output.strip().splitlines())) == (1, 1)
    assert "'hand.localhost' belongs to another city" in output


async def test_a_broken_file_is_told_with_its_name(sinmungo, tmp_path):
    (tmp_path / "broken.toml").write_text("slug = ", "utf-8")
    code, output = await sinmungo("tenant", "apply")
    assert code == 1
    assert "broken.toml" in output
    (tmp_path / "broken.toml").write_text('slug = "x1"\n', "utf-8")
    with pytest.raises(CityFileProblemError, match=r"broken.toml: .*name"):
        read_files(tmp_path)


async def test_plugin_commands_know_their_limits(sinmungo, city):
    code, output = await sinmungo("plugin", "enable", "no-such-plugin", city.slug)
    assert code == 1
    assert len(output.strip().splitlines()) == 1
    code, _ = await sinmungo("plugin", "list", "--city", city.slug)
    assert code == 0


async def test_config_masks_secrets(sinmungo, runtime):
    code, output = await sinmungo("config")
    assert code == 0
    assert runtime.settings.app_dsn not in output
    assert "app_dsn = '********'" in output


async def test_a_wrong_setting_is_named(sinmungo):
    code, output = await sinmungo("config", SINMUNGO_PORT="many")
    assert code == 1
    assert "port" in output


async def test_without_a_database_it_says_what_to_set(sinmungo):
    code, output = await sinmungo("tenant", "list", SINMUNGO_APP_DSN="")
    assert code == 1
    assert "SINMUNGO_DATABASE_URL" in output


async def test_half_a_city_is_not_left_behind(runtime, tmp_path):
    """A file whose departments are broken leaves a city that a second apply completes."""
    file = write_city(tmp_path, "halfway")
    good = file.read_text("utf-8")
    file.write_text(good.replace('name = "기업과"', 'label = "기업과"'), "utf-8")
    with pytest.raises(CityFileProblemError, match=r"halfway: \[people\]: KeyError: 'name'"):
        await Cities(runtime).apply(read_files(tmp_path))
    file.write_text(good, "utf-8")
    await Cities(runtime).apply(read_files(tmp_path))
    async with runtime.work.open(runtime.registry.by_slug("halfway")) as ctx:
        assert len(await list_units(ctx)) == 2


async def test_the_first_administrator_is_made_on_the_command_line(sinmungo, runtime, tmp_path):
    write_city(tmp_path, "opened")
    await Cities(runtime).apply(read_files(tmp_path))
    city = runtime.registry.by_slug("opened")
    code, output = await sinmungo("tenant", "admin", "opened", "first", "정다올")
    assert code == 0
    password = output.split(" signs in with ")[1].split(" ")[0]
    session = await sign_in(
        runtime.work, city, runtime.identifier, login="first", plain=password, address="", old=""
    )
    assert session
    code, output = await sinmungo("tenant", "admin", "opened", "first", "정다올")
    assert (code, len(output.strip().splitlines())) == (1, 1)
    async with runtime.work.open(city) as ctx:
        with pytest.raises(InvalidError, match="없는과"):
            await first_password(ctx, FirstAdmin("second", "정다올"), "없는과")
