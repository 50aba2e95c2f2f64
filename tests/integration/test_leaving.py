"""A city that leaves: everything readable goes along, nothing stays, nobody else notices."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import openpyxl
import psycopg
import pytest

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.deploy.archives import Archives, Plan
from sinmungo.deploy.folder import city_folders
from sinmungo.deploy.leaving import Leaving
from sinmungo.deploy.leaving_registers import registers
from sinmungo.jobs import outbox
from sinmungo.jobs.worker import Worker
from sinmungo.opening.mail_test import MAIL_JOB
from sinmungo.testing.database import new_city
from sinmungo.testing.people import People
from sinmungo.testing.whole_cities import discard, left_of, register_case, sums
from sinmungo_tenants import Tenant
from sinmungo_tenants.archive.drop import Life
from sinmungo_tenants.archive.problems import ArchiveProblemError, DropRefusedError
from sinmungo_tenants.archive.view import DROPPED, LOG
from sinmungo_tenants.errors import UnknownTenantError


@pytest.fixture
def life(runtime: Runtime) -> Life:
    return Life(runtime.deployment, runtime.settings.migrator_dsn, clock.now)


@pytest.fixture(autouse=True)
def _no_city_is_left(runtime: Runtime) -> Iterator[None]:
    yield
    discard(runtime)


def opened(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows(raw: bytes) -> list[dict[str, str]]:
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def put(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


async def test_personal_values_are_readable_and_secrets_are_not_there(
    runtime: Runtime, city: Tenant, people: People, tmp_path: Path
):
    officer = await people.officer("INTAKE_OFFICER", name="정다올", password="Sinmungo-2026!")
    number = await register_case(runtime, city, "=HYPERLINK(1)")
    put(city_folders(runtime.settings, city.id)["files"], "scan.pdf", b"%PDF")
    printed = await registers(runtime, city)
    made = Leaving(runtime, "tester").export(city.id, tmp_path, printed)
    members = opened(made.file)
    (case,) = rows(members["tables/cases.csv"])
    called = {row["id"]: row["이름"] for row in rows(members["ids.csv"])}
    assert (called[case["id"]], called[case["company_id"]]) == (number, "'=HYPERLINK(1)")
    for name in ("접수대장", "처리대장", "방문관리대장"):
        book = openpyxl.load_workbook(io.BytesIO(members[f"registers/{name}.xlsx"]))
        cells = [str(c) for sheet in book for row in sheet.values for c in row if c is not None]
        assert case["id"] not in cells
        assert "홍길동" not in cells
        assert (number in cells) == (name == "접수대장")
    assert (case["case_no"], case["caller"], case["phone"]) == (number, "홍길동", "01012345678")
    assert "정다올" in {row["name"] for row in rows(members["tables/officers.csv"])}
    assert rows(members["tables/companies.csv"])[0]["name"] == "'=HYPERLINK(1)"
    assert members["files/files/scan.pdf"] == b"%PDF"
    everything = b"".join(members.values())
    for secret in (officer.token.encode(), officer.session.encode(), b"$argon2"):
        assert secret not in everything
    left_out = {"api_tokens", "sessions", "city_keys", "idempotency_keys"}
    assert left_out <= set(made.manifest.left_out)
    assert not {f"tables/{name}.csv" for name in left_out} & members.keys()
    assert made.file.stat().st_mode & 0o077 == 0


async def test_what_would_be_left_behind_is_refused(runtime: Runtime, city: Tenant, tmp_path: Path):
    def change(text: str) -> None:
        with psycopg.connect(runtime.settings.migrator_dsn) as connection:
            connection.execute(f"SET search_path = t_{city.id}".encode())
            connection.execute(text.encode())

    leaving = Leaving(runtime, "tester")
    change("CREATE TABLE lost_things (id uuid PRIMARY KEY)")
    with pytest.raises(ArchiveProblemError, match=r"lost_things.*install it"):
        leaving.export(city.id, tmp_path)
    change("DROP TABLE lost_things")
    change("UPDATE alembic_core SET version_num = '0013'")
    with pytest.raises(ArchiveProblemError, match="upgrade it"):
        leaving.export(city.id, tmp_path)


async def test_the_manifest_and_the_dictionary_cover_what_is_there(
    runtime: Runtime, city: Tenant, tmp_path: Path
):
    await register_case(runtime, city)
    made = Leaving(runtime, "tester").export(city.id, tmp_path)
    members = opened(made.file)
    manifest = msgspec.json.decode(members["manifest.json"])
    for file in manifest["files"]:
        content = members[file["name"]]
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["size"], file["sha256"])
    assert {f["name"] for f in manifest["files"]} | {"manifest.json"} == members.keys()
    entries = rows(members["data-dictionary.csv"])
    told = {(e["표"], e["열"]) for e in entries if not e["내보내지 않은 까닭"]}
    for name, content in members.items():
        if name.startswith("tables/"):
            table = name.removeprefix("tables/").removesuffix(".csv")
            header = content.decode("utf-8-sig").split("\r\n", 1)[0]
            columns = next(csv.reader([header]))
            assert [c for t, c in told if t == table] != []
            assert {(table, c) for c in columns} == {(t, c) for t, c in told if t == table}
    assert all(e["표 이름"] and e["뜻"] for e in entries)
    (line,) = rows(members["tables/access_log.csv"])  # the city itself knows of it
    assert (line["act"], line["subject_kind"], line["address"]) == ("EXPORT", "city", "operator")
    assert city.name in members["data-dictionary.md"].decode()
    assert "개인정보" in members["README.md"].decode()


async def test_absent_empty_and_zero_are_three_things(
    runtime: Runtime, city: Tenant, tmp_path: Path
):
    with psycopg.connect(runtime.settings.migrator_dsn) as connection:
        for key, value in (("a", '""'), ("b", "0"), ("c", "null"), ("d", '"-"'), ("e", "-5")):
            connection.execute(
                f"INSERT INTO t_{city.id}.settings (key, value, changed_at, row_version)"
                " VALUES (%s, %s, '2026-01-02T03:04:05Z', 1)".encode(),
                (key, value),
            )
    raw = opened(Leaving(runtime, "tester").export(city.id, tmp_path).file)["tables/settings.csv"]
    lines = {line.split(",")[0]: line for line in raw.decode("utf-8-sig").split("\r\n")}
    at = '"2026-01-02T12:04:05+09:00"'
    for key, value in (
        ("a", '""""""'),
        ("b", '"0"'),
        ("c", '"null"'),
        ("d", '"""-"""'),
        ("e", '"-5"'),
    ):
        assert lines[f'"{key}"'] == f'"{key}",{value},{at},,"1"'


async def test_a_city_is_dropped_only_when_it_may_be(
    runtime: Runtime, city: Tenant, life: Life, tmp_path: Path
):
    await register_case(runtime, city)
    with pytest.raises(DropRefusedError, match="in use"):
        life.drop(city.id, city.slug, "tester")
    life.stop(city.id, "이전", "tester")
    with pytest.raises(DropRefusedError, match="never exported"):
        life.drop(city.id, city.slug, "tester")
    leaving = Leaving(runtime, "tester")
    leaving.export(city.id, tmp_path)
    with pytest.raises(DropRefusedError, match="type the slug"):
        life.drop(city.id, "other", "tester")
    life.go_on(city.id, "", "tester")
    await runtime.registry.refresh(force=True)
    await register_case(runtime, runtime.registry.by_id(city.id))
    life.stop(city.id, "이전", "tester")
    with pytest.raises(DropRefusedError, match="has changed since"):
        life.drop(city.id, city.slug, "tester")
    before = left_of(runtime, city.id)
    assert before != []
    await runtime.registry.refresh(force=True)
    assert (await _acts(runtime, city)) == ["SUSPEND", "EXPORT", "RESUME", "SUSPEND"]


async def _acts(runtime: Runtime, city: Tenant) -> list[str]:
    async with runtime.doors.control_session() as session:
        found = [r.act for r in await session.all(LOG, limit=100) if r.tenant_id == city.id]
    return found[::-1]


async def test_nothing_of_a_dropped_city_is_left(
    runtime: Runtime, make_city, life: Life, tmp_path: Path
):
    city, neighbour = await new_city(runtime, "leaver", (), {}), await make_city()
    for each in (city, neighbour):
        await register_case(runtime, each)
    before = sums(runtime, neighbour)
    put(city_folders(runtime.settings, city.id)["files"], "one", b"1")
    archives, own = Archives(runtime, "tester"), sums(runtime, city, but=("city_keys",))
    archive = archives.make(city.id, tmp_path).file
    life.stop(city.id, "이전", "tester")
    export = Leaving(runtime, "tester").export(city.id, tmp_path)
    gone = life.drop(city.id, city.slug, "tester", city_folders(runtime.settings, city.id).values())
    assert left_of(runtime, city.id) == []
    assert sums(runtime, neighbour) == before
    await runtime.registry.refresh()
    with pytest.raises(UnknownTenantError):
        runtime.registry.by_slug(city.slug)
    with pytest.raises(UnknownTenantError):
        life.drop(city.id, city.slug, "tester")
    async with runtime.doors.control_session() as session:
        dropped = {row.id: row for row in await session.all(DROPPED)}[city.id]
    assert (dropped.slug, dropped.name) == (gone.slug, gone.name) == (city.slug, city.name)
    assert (dropped.dropped_by, dropped.export_sha256) == ("tester", export.sha256)

    back = archives.restore(archive, Plan(opened=True))
    await runtime.registry.refresh()
    again = runtime.registry.by_slug(city.slug)
    assert (again.id, again.hosts, back.is_new_id) == (back.id, city.hosts, True)
    assert sums(runtime, again, but=("city_keys",)) == own


async def test_someone_at_work_is_not_cut_off(
    runtime: Runtime, city: Tenant, life: Life, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr("sinmungo_tenants.provision.LOCK_TIMEOUT", "200ms")
    life.stop(city.id, "이전", "tester")
    Leaving(runtime, "tester").export(city.id, tmp_path)
    with psycopg.connect(runtime.settings.migrator_dsn) as reader:
        reader.execute(f"SELECT count(*) FROM t_{city.id}.settings".encode())
        with pytest.raises(DropRefusedError, match="still working"):
            life.drop(city.id, city.slug, "tester")
    life.drop(city.id, city.slug, "tester")
    assert left_of(runtime, city.id) == []


async def test_a_suspended_city_answers_nobody_and_its_jobs_wait(
    runtime: Runtime, city: Tenant, web, people: People, life: Life
):
    officer = await people.officer("TENANT_ADMIN", email="chief@example.go.kr")
    async with runtime.work.open(city) as ctx:
        await outbox.put(ctx, MAIL_JOB, officer.id)
    life.stop(city.id, "점검", "tester")
    await runtime.registry.refresh()
    worker = Worker(runtime.work, runtime.registry)
    for visitor in (web.anyone(), web.browser(officer)):
        for path in ("/", "/office/cases", "/office/people/sign-in"):
            answer = await visitor.get(path)
            assert (answer.status_code, "잠시 멈추었습니다" in answer.text) == (503, True), path
    answer = await web.api(officer).get("/api/v1/cases")
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert await worker.wake(city.id) == 0
    life.go_on(city.id, "", "tester")
    await runtime.registry.refresh()
    assert (await web.anyone().get("/")).status_code == 200
    assert await worker.wake(city.id) == 1
