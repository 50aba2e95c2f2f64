"""`sinmungo doctor` against broken states: each is said in plain words, and the exit code tells."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cli.doctor import doctor
from sinmungo.config import PREFIX, Settings
from sinmungo.deploy.checkup import database, deployed, examine, machine, reach
from sinmungo.deploy.database import set_up
from sinmungo.deploy.problems import KeyProblemError
from sinmungo.platform_desk import cities, figures
from sinmungo.sealed import DeploymentKey
from sinmungo.testing import database as testing
from sinmungo.testing.doctor import changed, worst


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


async def test_a_sound_deployment_lacks_only_what_nobody_gave_it(settings: Settings):
    found = await examine(settings)
    unwell = {f.check: f.level for f in found if f.level != "OK"}
    unwell.pop("disk", None)
    assert unwell == {"mail": "WARN", "worker": "BAD", "operators": "WARN"}
    assert all(f.remedy for f in found if f.level != "OK")


async def test_a_living_worker_is_seen(own: Runtime):
    await figures.beat(own, clock.uuid7(), clock.now())
    overview = await cities.overview(own)
    assert worst(deployed.worker(overview), "worker").level == "OK"
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        found = worst(deployed.worker(overview), "worker")
    assert found.level == "BAD"
    assert "sinmungo worker" in found.remedy


def test_hosts_that_dns_does_not_know(
    settings: Settings, admin: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
):
    assert list(reach.hosts(settings)) == []  # localhost needs no DNS
    release = threading.Event()

    def asked(name: str, _: Any) -> list[str]:
        if name.startswith("silent."):
            release.wait(30)
        if name.startswith("lost."):
            raise socket.gaierror(-2, "Name or service not known")
        return ["an address"]

    monkeypatch.setattr(reach.socket, "getaddrinfo", asked)
    named = changed(settings, platform_hosts=("localhost", "127.0.0.1", "sos.example.kr"))
    assert worst(reach.hosts(named), "hosts").level == "OK"
    admin.execute(
        "INSERT INTO control.tenants VALUES"
        " ('zzzzzzzz', 'nohost', 'CITY', '길없는시', '-', 'ACTIVE', 'main', now(), 1)"
    )
    monkeypatch.setattr(reach, "DNS_SECONDS", 0.2)
    places = ("sos.example.kr", "lost.sos.example.kr", "silent.sos.example.kr")
    try:
        found = list(reach.hosts(changed(settings, platform_hosts=places)))
    finally:
        release.set()
        admin.execute("DELETE FROM control.tenants WHERE id = 'zzzzzzzz'")
    told = [f.says for f in found if f.check == "hosts"]
    assert {f.level for f in found} == {"WARN"}
    assert "nohost" in told[0]
    assert "DNS에 없는 주소: lost.sos.example.kr." in told[1]
    assert told[2].endswith("답하지 않은 주소: silent.sos.example.kr")
    assert [f.check for f in found][-1] == "cookies"  # these tests have no https


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


def test_addresses_of_the_wrong_login_or_another_database(
    settings: Settings, admin: psycopg.Connection[Any], deployed_dsn: str
):
    assert worst(database.one_database(settings), "logins").level == "OK"
    swapped = changed(settings, app_dsn=settings.migrator_dsn)
    found = worst(database.one_database(swapped), "logins")
    assert (found.level, f"{settings.deployment}_migrator" in found.says) == ("BAD", True)
    assert "SINMUNGO_APP_DSN" in found.says
    elsewhere = changed(settings, migrator_dsn=deployed_dsn.rpartition("/")[0] + "/postgres")
    told = [f.says for f in database.one_database(elsewhere)]
    assert any("서로 다른 데이터베이스" in says for says in told)
    assert not any("postgresql://" in says for says in told)
    migrator = f"{settings.deployment}_migrator"
    admin.execute(f"ALTER ROLE {migrator} NOCREATEROLE")
    try:
        weak = worst(database.one_database(settings), "logins")
    finally:
        admin.execute(f"ALTER ROLE {migrator} CREATEROLE")
    assert (weak.level, "시·군을 더할 수 없습니다" in weak.says) == ("BAD", True)


def test_the_log_of_the_server_that_is_not_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    assert list(database.log_archive(settings)) == []  # nobody asked for it
    now = "clock_timestamp()"
    for archived, failed, level in (
        (now, "NULL::timestamptz", "OK"),
        (f"{now} - interval '1 h'", now, "BAD"),
        ("NULL::timestamptz", now, "BAD"),
        (now, f"{now} - interval '1 h'", "OK"),
    ):
        monkeypatch.setattr(database, "_ARCHIVER", f"SELECT 'on', {archived}, {failed}")
        assert worst(database.log_archive(settings), "wal").level == level


def test_an_old_server_and_a_missing_extension(
    settings: Settings, admin: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
):
    assert worst(database.server(settings), "server").level == "OK"
    monkeypatch.setattr(database, "MINIMUM_SERVER", 990000)
    assert worst(database.server(settings), "server").level == "BAD"
    admin.execute("ALTER EXTENSION btree_gist SET SCHEMA public")
    assert worst(database.server(settings), "extension").level == "WARN"
    admin.execute("DROP EXTENSION btree_gist")
    told = worst(database.server(settings), "extension")
    assert (told.level, "btree_gist" in told.says) == ("BAD", True)
    admin.execute("CREATE EXTENSION btree_gist SCHEMA extensions")
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


async def test_a_check_that_breaks_is_a_finding(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    def broken(_: Settings) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("sinmungo.deploy.checkup.FIRST", (broken, machine.deployment_key))
    monkeypatch.setattr("sinmungo.deploy.checkup.WITH_DATABASE", ())
    monkeypatch.setattr(deployed, "cities_and_worker", broken)
    found = await examine(settings)
    assert "ZeroDivisionError" in worst(found, "broken").says
    assert worst(found, "key").level == "OK"
    assert "ZeroDivisionError" in worst(found, "cities").says  # and it was gone on to


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
