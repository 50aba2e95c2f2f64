"""`sinmungo doctor` against broken states: each is said in plain words, and the exit code tells."""

import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import psycopg
import pytest
import pytest_asyncio

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cli.doctor import doctor
from sinmungo.config import PREFIX, Settings
from sinmungo.deploy.checkup import database, deployed, examine, machine
from sinmungo.deploy.checkup.terms import Finding
from sinmungo.deploy.database import set_up
from sinmungo.deploy.problems import KeyProblemError
from sinmungo.host.types import Quarantined
from sinmungo.platform_desk import cities, figures
from sinmungo.platform_desk.figures import Waiting
from sinmungo.sealed import DeploymentKey
from sinmungo.testing import database as testing
from sinmungo_tenants import Tenant


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def deployed_dsn(server_dsn: str, worker_id: str) -> str:
    return testing.fresh_database(server_dsn, f"doctor_{worker_id}")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def own(
    deployed_dsn: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Runtime]:
    """A deployment of its own, to be broken."""
    folder = tmp_path_factory.mktemp("doctor")
    async with testing.test_runtime(deployed_dsn, f"doctor_{worker_id}", folder) as made:
        yield made


@pytest.fixture
def settings(own: Runtime) -> Settings:
    return own.settings


@pytest.fixture
def admin(deployed_dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(deployed_dsn, autocommit=True) as connection:
        yield connection


def changed(settings: Settings, **values: Any) -> Settings:
    return msgspec.structs.replace(settings, **values)


def worst(found: Any, check: str) -> Finding:
    order = ("BAD", "WARN", "OK")
    mine = [f for f in found if f.check == check]
    assert mine, (check, found)
    return min(mine, key=lambda f: order.index(f.level))


async def test_a_sound_deployment_lacks_only_what_nobody_gave_it(settings: Settings):
    found = await examine(settings)
    unwell = {f.check: f.level for f in found if f.level != "OK"}
    unwell.pop("disk", None)
    assert unwell == {"mail": "WARN", "worker": "BAD"}
    assert all(f.remedy for f in found if f.level != "OK")


async def test_a_living_worker_is_seen(own: Runtime, settings: Settings):
    await figures.beat(own, clock.uuid7(), clock.now())
    assert worst(await examine(settings), "worker").level == "OK"
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        found = worst(await examine(settings), "worker")
    assert found.level == "BAD"
    assert "sinmungo worker" in found.remedy


def test_no_data_folder(settings: Settings, tmp_path: Path):
    found = worst(machine.data_folder(changed(settings, data=str(tmp_path / "no"))), "folder")
    assert (found.level, "없습니다" in found.says) == ("BAD", True)


def test_a_data_folder_that_cannot_be_written(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(machine.os, "access", lambda *_: False)
    assert worst(machine.data_folder(settings), "folder").level == "BAD"


def test_the_deployment_key_missing_damaged_or_open_to_others(settings: Settings, tmp_path: Path):
    file = tmp_path / "key"
    here = changed(settings, deployment_key_file=str(file))
    assert worst(machine.deployment_key(here), "key").level == "BAD"
    file.write_text("no key", "ascii")
    assert worst(machine.deployment_key(here), "key").level == "BAD"
    file.write_bytes(settings.key_file.read_bytes())
    file.chmod(0o644)
    found = worst(machine.deployment_key(here), "key")
    assert (found.level, found.remedy) == ("WARN", f"chmod 600 {file}")
    file.chmod(0o600)
    assert worst(machine.deployment_key(here), "key").level == "OK"


@pytest.mark.parametrize(("megabytes", "level"), [(100, "BAD"), (1000, "WARN"), (99_000, "OK")])
def test_room_on_the_disk(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, megabytes: int, level: str
):
    free = SimpleNamespace(free=megabytes * 1024 * 1024)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: free)
    assert worst(machine.disk_space(settings), "disk").level == level


def test_the_mail_server(settings: Settings):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
        there = changed(settings, smtp_host="127.0.0.1", smtp_port=port)
        door.listen()
        assert worst(machine.mail_server(there), "mail").level == "OK"
    assert worst(machine.mail_server(there), "mail").level == "BAD"
    assert worst(machine.mail_server(changed(settings, smtp_host="")), "mail").level == "WARN"


async def test_a_database_that_is_away_or_a_wrong_password(settings: Settings):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        nobody = f"postgresql://a:hidden-word@127.0.0.1:{door.getsockname()[1]}/x"
        found = await examine(changed(settings, app_dsn=nobody))
    assert worst(found, "database").level == "BAD"
    assert not any("hidden-word" in f.says for f in found)
    host = settings.app_dsn.rpartition("@")[2]
    wrong = f"postgresql://{settings.deployment}_app:hidden-word@{host}"
    told = worst(database.logins(changed(settings, app_dsn=wrong)), "database")
    assert "password authentication failed" in told.says
    assert "hidden-word" not in told.says
    missing = worst(database.logins(changed(settings, migrator_dsn="")), "database")
    assert missing.remedy == "SINMUNGO_MIGRATOR_DSN 를 정하세요."


def test_an_old_server_and_a_missing_extension(
    settings: Settings, admin: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
):
    assert worst(database.server(settings), "server").level == "OK"
    monkeypatch.setattr(database, "MINIMUM_SERVER", 990000)
    assert worst(database.server(settings), "server").level == "BAD"
    admin.execute("ALTER EXTENSION btree_gist SET SCHEMA public")
    assert worst(database.server(settings), "extension").level == "WARN"
    admin.execute("ALTER EXTENSION btree_gist SET SCHEMA extensions")
    assert worst(database.server(settings), "extension").level == "OK"


def test_a_login_that_is_too_strong(settings: Settings, admin: psycopg.Connection[Any]):
    app = f"{settings.deployment}_app"
    assert worst(database.roles(settings), "roles").level == "OK"
    for power in ("BYPASSRLS", "CREATEROLE", "SUPERUSER"):
        admin.execute(f"ALTER ROLE {app} {power}")
        try:
            found = worst(database.roles(settings), "roles")
        finally:
            admin.execute(f"ALTER ROLE {app} NO{power}")
        assert found.level == "BAD"
        assert app in found.remedy
    admin.execute(f"GRANT {settings.deployment}_control TO {app} WITH INHERIT TRUE")
    try:
        assert worst(database.roles(settings), "roles").level == "BAD"
    finally:
        admin.execute(f"GRANT {settings.deployment}_control TO {app} WITH INHERIT FALSE")


def test_a_city_without_its_role(settings: Settings, admin: psycopg.Connection[Any]):
    admin.execute(
        "INSERT INTO control.tenants VALUES"
        " ('zzzzzzzz', 'lost', 'CITY', '잃은시', '-', 'ACTIVE', 'main', now(), 1)"
    )
    try:
        found = worst(database.roles(settings), "roles")
    finally:
        admin.execute("DELETE FROM control.tenants WHERE id = 'zzzzzzzz'")
    assert found.level == "BAD"
    assert "lost" in found.says


async def test_shared_tables_of_another_revision(
    settings: Settings, admin: psycopg.Connection[Any]
):
    row = admin.execute("SELECT version_num FROM control.alembic_control").fetchone()
    assert row is not None
    admin.execute("UPDATE control.alembic_control SET version_num = '0001'")
    try:
        found = await examine(settings)
    finally:
        admin.execute("UPDATE control.alembic_control SET version_num = %s", row)
    told = worst(found, "schemas")
    assert (told.level, "control 0001 →" in told.says) == ("BAD", True)
    assert not any(f.check == "worker" for f in found)


def test_limits_of_the_server(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    assert worst(database.limits(settings), "locks").level == "OK"
    monkeypatch.setattr(database, "LOCKS", 100_000)
    assert worst(database.limits(settings), "locks").level == "WARN"
    crowd = changed(settings, workers=100, pool_size=50)
    assert worst(database.limits(crowd), "connections").level == "BAD"
    assert worst(database.limits(changed(settings, pool_size=1)), "connections").level == "OK"


def test_clocks_that_differ(settings: Settings):
    assert worst(database.clock_skew(settings), "clock").level == "OK"
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert worst(database.clock_skew(settings), "clock").level == "WARN"


def row(**more: Any) -> cities.CityRow:
    city = Tenant("abcdefgh", "one", "CITY", "하나시", "-", more.pop("state", "ACTIVE"))
    values = {
        "behind": [],
        "figures": None,
        "bytes": None,
        "archive": None,
        "fleet_failed": 0,
        "city": city,
    }
    return cities.CityRow(**{**values, **more})


def known(**more: Any) -> figures.Figures:
    zero = dict.fromkeys(figures.Figures.__struct_fields__, 0)
    return figures.Figures(
        **{
            **zero,
            "tenant_id": "abcdefgh",
            "outbox": [],
            "plugins": [],
            "problem": "",
            "gathered_at": clock.now(),
            **more,
        }
    )


def test_cities_that_are_behind():
    late = row(behind=[cities.Behind("core", "0001", "0002")])
    assert worst(deployed.behind([late]), "behind").level == "WARN"
    shut = msgspec.structs.replace(late, city=msgspec.structs.replace(late.city, upgrading=True))
    assert worst(deployed.behind([shut]), "behind").level == "BAD"
    assert worst(deployed.behind([row()]), "behind").level == "OK"


def test_plugins_that_were_not_loaded_or_tripped():
    city = msgspec.structs.replace(row().city, plugin_states={"some": "TRIPPED"})
    host = SimpleNamespace(quarantined=(Quarantined("odd", "no such module"),), plugins={})
    runtime: Any = SimpleNamespace(host=host, registry=SimpleNamespace(all=lambda: [city]))
    assert "no such module" in worst(deployed.plugins(runtime), "plugins").says
    assert "one some" in worst(deployed.tripped(runtime), "tripped").says


def test_jobs_given_up_or_stuck_and_cities_that_do_not_answer():
    old = Waiting("cases.mail", "PENDING", 3, clock.now() - timedelta(hours=1), None)
    assert worst(deployed.jobs([row(figures=known(outbox=[old]))]), "jobs").level == "WARN"
    assert worst(deployed.jobs([row(figures=known(outbox_failed=2))]), "jobs").level == "BAD"
    assert worst(deployed.jobs([row(figures=known())]), "jobs").level == "OK"
    silent = row(figures=known(problem="BindError"))
    assert "BindError" in worst(deployed.asked([silent]), "figures").says


def test_archives_that_are_old_or_missing():
    made = cities.LastArchive("abcdefgh", clock.now() - timedelta(days=8), "f", 1, 1)
    assert worst(deployed.archives([row()], 7), "archives").level == "WARN"
    assert worst(deployed.archives([row(archive=made)], 7), "archives").level == "WARN"
    assert worst(deployed.archives([row(archive=made)], 30), "archives").level == "OK"
    assert list(deployed.archives([row()], 0)) == []


async def test_a_check_that_breaks_is_a_finding(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    def broken(_: Settings) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("sinmungo.deploy.checkup.FIRST", (broken, machine.deployment_key))
    found = await examine(settings)
    assert "ZeroDivisionError" in worst(found, "broken").says
    assert worst(found, "key").level == "OK"


def told(monkeypatch: pytest.MonkeyPatch, settings: Settings, capsys: Any) -> tuple[int, str]:
    for name in ("data", "deployment", "app_dsn", "migrator_dsn", "archive_days"):
        monkeypatch.setenv(PREFIX + name.upper(), str(getattr(settings, name)))
    monkeypatch.setattr("sinmungo.logs.configure_logs", lambda _: None)
    code = 0
    try:
        doctor(quiet=True)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, capsys.readouterr().out


def test_the_command_tells_and_its_exit_code_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: Any, admin: Any
):
    code, output = told(monkeypatch, changed(settings, app_dsn=""), capsys)
    assert code == 1
    assert "✗ 고장" in output
    assert "SINMUNGO_APP_DSN" in output
    admin.execute("DELETE FROM control.process_beats")
    now = clock.now()
    admin.execute(
        "INSERT INTO control.process_beats VALUES (%s, 'WORKER', %s, %s)", (clock.uuid7(), now, now)
    )
    code, output = told(monkeypatch, changed(settings, archive_days=0), capsys)
    assert (code, "고장 0" in output) == (0, True), output
    monkeypatch.setenv(f"{PREFIX}PORT", "many")
    code, output = told(monkeypatch, settings, capsys)
    assert (code, "설정을 읽지 못했습니다" in output) == (1, True)


async def test_a_key_that_opens_no_city_is_told_and_none_is_made(
    own: Runtime, settings: Settings, deployed_dsn: str, tmp_path: Path
):
    city = await testing.new_city(own, "keyed", (), {})
    async with own.work.open(city) as ctx:
        assert ctx.cipher.lookup("010-0000-0000", "phone")
    assert worst(database.city_keys(settings), "city_keys").level == "OK"
    DeploymentKey.generate().save(tmp_path / "other")
    wrong = changed(settings, deployment_key_file=str(tmp_path / "other"))
    found = worst(database.city_keys(wrong), "city_keys")
    assert (found.level, "keyed" in found.says) == ("BAD", True)
    missing = changed(settings, deployment_key_file=str(tmp_path / "missing"))
    assert list(database.city_keys(missing)) == []
    with pytest.raises(KeyProblemError, match="put the copy of the key back"):
        set_up(missing, deployed_dsn)
    assert not (tmp_path / "missing").exists()
