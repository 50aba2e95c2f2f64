"""What the doctor says of a machine, and of what is known of the cities; no database is asked."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from sinmungo import clock
from sinmungo.config import Settings
from sinmungo.deploy.checkup import deployed, machine, reach
from sinmungo.host.types import Quarantined
from sinmungo.platform_desk import cities, figures
from sinmungo.platform_desk.figures import Waiting
from sinmungo.platform_desk.operators import OperatorRow
from sinmungo.sealed import DeploymentKey
from sinmungo.testing.doctor import changed, worst
from sinmungo_tenants import Tenant
from sinmungo_tenants.archive.view import LastArchive
from sinmungo_tenants.fleet.view import RunRow


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data=str(tmp_path))
    DeploymentKey.generate().save(made.key_file)
    return made


def test_no_data_folder(settings: Settings, tmp_path: Path):
    found = worst(machine.data_folder(changed(settings, data=str(tmp_path / "no"))), "folder")
    assert (found.level, "없습니다" in found.says) == ("BAD", True)


def test_a_data_folder_that_cannot_be_written(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(machine.os, "access", lambda *_: False)
    assert worst(machine.data_folder(settings), "folder").level == "BAD"


def test_the_deployment_key_missing_damaged_or_open_to_others(settings: Settings, tmp_path: Path):
    file = tmp_path / "other"
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


@pytest.fixture
def post() -> Iterator[int]:
    """Return the port of a mail server that wants to know who sends."""

    def known(_server: Any, _session: Any, _envelope: Any, _kind: str, who: Any) -> AuthResult:
        return AuthResult(success=who.password == b"right", handled=False)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    made = Controller(
        object(), hostname="127.0.0.1", port=port, authenticator=known, auth_require_tls=False
    )
    made.start()
    yield port
    made.stop()


def test_the_mail_server(settings: Settings, post: int):
    there = changed(settings, smtp_host="127.0.0.1", smtp_port=post)
    assert worst(machine.mail_server(there), "mail").level == "OK"
    assert worst(machine.mail_server(changed(settings, smtp_host="")), "mail").level == "WARN"
    for password, level in (("right", "OK"), ("wrong", "BAD")):
        signed = changed(there, smtp_user="city", smtp_password=password)
        told = worst(machine.mail_server(signed), "mail")
        assert (told.level, "비밀번호" in told.says) == (level, level == "BAD")


def test_what_listens_there_is_no_mail_server(settings: Settings, monkeypatch: Any):
    monkeypatch.setattr(machine, "MAIL_SECONDS", 0.2)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        there = changed(settings, smtp_host="127.0.0.1", smtp_port=door.getsockname()[1])
        assert worst(machine.mail_server(there), "mail").level == "BAD"
        door.listen()  # takes the connection and says nothing
        told = worst(machine.mail_server(there), "mail")
        assert (told.level, "메일 서버로서 답하지 않습니다" in told.says) == ("BAD", True)


def test_the_port_of_the_figures(settings: Settings):
    assert list(reach.metrics_port(changed(settings, metrics_port=0))) == []
    for host, level in (
        ("127.0.0.1", "OK"),
        ("10.0.0.7", "OK"),
        ("0.0.0.0", "WARN"),  # noqa: S104 - this is what is found fault with
        ("::", "WARN"),
        ("8.8.8.8", "BAD"),
    ):
        here = changed(settings, metrics_port=9100, metrics_host=host)
        assert worst(reach.metrics_port(here), "metrics").level == level


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


def test_a_fleet_run_that_was_cut_off():
    now = clock.now()
    run = RunRow(clock.uuid7(), now, None, "kim", None, 2, "RUNNING", 1, 1, 1, 0)
    assert worst(deployed.last_run([run], under_way=False), "fleet").level == "WARN"
    assert list(deployed.last_run([run], under_way=True)) == []
    assert list(deployed.last_run([], under_way=False)) == []


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
    closed = row(state="SUSPENDED", figures=known(outbox=[old]))
    assert worst(deployed.jobs([closed]), "jobs").level == "OK"
    assert "BindError" in worst(deployed.asked([row(problem="BindError")]), "figures").says
    assert worst(deployed.queued(3), "queue").level == "WARN"
    assert list(deployed.queued(0)) == []


def test_what_nobody_has_looked_at_is_not_well():
    """A dead worker leaves figures behind that say all is well: they are told to be old."""
    assert list(deployed.jobs([row()])) == []
    assert list(deployed.asked([row(figures=known())])) == []
    for figures_then in (None, known(gathered_at=clock.now() - timedelta(minutes=6))):
        told = worst(deployed.asked([row(figures=figures_then)]), "figures")
        assert (told.level, "one" in told.says) == ("WARN", True)


def test_archives_that_are_old_or_missing():
    made = LastArchive("abcdefgh", clock.now() - timedelta(days=8), "f", 1, 1)
    assert worst(deployed.archives([row()], 7), "archives").level == "WARN"
    assert worst(deployed.archives([row(archive=made)], 7), "archives").level == "WARN"
    assert worst(deployed.archives([row(archive=made)], 30), "archives").level == "OK"
    assert list(deployed.archives([row()], 0)) == []
    failed = row(archive=made, archive_failed=True)
    assert "실패한 시·군: one" in worst(deployed.archives([failed], 30), "archives").says


def account(**more: Any) -> OperatorRow:
    values = dict.fromkeys(OperatorRow.__struct_fields__) | {"login": "kim", "must_change": False}
    return OperatorRow(**(values | more))


def test_nobody_can_come_in_at_the_desk_or_somebody_is_locked_out():
    assert worst(deployed.desk_accounts([]), "operators").level == "WARN"
    closed = account(disabled_at=clock.now())
    assert "없습니다" in worst(deployed.desk_accounts([closed]), "operators").says
    assert list(deployed.desk_accounts([closed, account()])) == []
    locked = account(locked_until=clock.now() + timedelta(minutes=3))
    assert "kim" in worst(deployed.desk_accounts([locked]), "operators").says
