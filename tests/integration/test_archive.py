"""A city as one file: taken in use, put back under another slug, here or elsewhere."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.component import COMPONENT
from sinmungo.deploy.archives import Archives, Plan
from sinmungo.deploy.cities import Cities, CityFile, read_files
from sinmungo.deploy.folder import city_folders
from sinmungo.deploy.leaving import Leaving
from sinmungo.deploy.problems import CityFileProblemError, KeyProblemError
from sinmungo.host.city_settings import get_settings, set_setting
from sinmungo.jobs import outbox
from sinmungo.people.service import list_officers, list_units
from sinmungo.testing import database
from sinmungo.testing.people import People
from sinmungo.testing.whole_cities import demo_city, discard, left_of, register_case, sums
from sinmungo_tenants import Tenant
from sinmungo_tenants.archive import pack
from sinmungo_tenants.archive.manifest import FilePart, Manifest
from sinmungo_tenants.archive.opened import Archive
from sinmungo_tenants.archive.problems import ArchiveProblemError
from sinmungo_tenants.archive.restore import migrate_to
from sinmungo_tenants.archive.view import ARCHIVES, LAST, LOG
from sinmungo_tenants.errors import TenantExistsError
from sinmungo_tenants.heads import head
from sinmungo_tenants.names import new_tenant_id, schema_of
from sinmungo_tenants.provision import Provisioner, TenantSpec

FILES = {f.slug: f for f in read_files(Path(__file__).parents[2] / "tenants")}
ODD = "\\.\n\\N\t\r\n'\"\\x00 한글 \U0001f600"
FILES_OF = pack.files_of
KEYS = ("city_keys",)  # wrapped anew, so never the same twice


@pytest.fixture
def archives(runtime: Runtime) -> Archives:
    return Archives(runtime, "tester")


@pytest.fixture(autouse=True)
def _no_city_is_left(runtime: Runtime) -> Iterator[None]:
    yield
    discard(runtime)


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(
    server_dsn: str, worker_id: str, tmp_path: Path
) -> AsyncIterator[tuple[Runtime, Archives]]:
    """Another deployment: its own database, roles, folder and key."""
    dsn = database.fresh_database(server_dsn, f"elsewhere_{worker_id}")
    async with database.test_runtime(dsn, f"else_{worker_id}", tmp_path / "elsewhere") as made:
        yield made, Archives(made, "tester")


async def found(runtime: Runtime, slug: str) -> Tenant:
    await runtime.registry.refresh(force=True)
    return runtime.registry.by_slug(slug)


async def search(runtime: Runtime, city: Tenant) -> list[str]:
    async with runtime.work.open(city) as ctx:
        return [f"{person}" for _, person in await list_officers(ctx)]


@pytest.mark.parametrize("name", sorted(FILES))
async def test_a_whole_demo_city_comes_back_and_can_leave(
    runtime: Runtime, archives: Archives, tmp_path: Path, name: str
):
    if not runtime.host.plugins.keys() >= set(FILES[name].plugins):
        pytest.skip(f"a plugin of {name} is not installed")
    city = await demo_city(runtime, FILES[name], f"full-{name}")
    made = archives.make(city.id, tmp_path)
    restored = archives.restore(made.file, Plan(slug=f"back-{name}", opened=True))
    back = await found(runtime, f"back-{name}")
    assert (back.id, restored.is_new_id, back.open) == (restored.id, True, True)
    assert back.id != city.id
    assert (back.plugins, back.revisions) == (city.plugins, city.revisions)
    assert sums(runtime, back, but=KEYS) == sums(runtime, city, but=KEYS)
    assert await search(runtime, back) == await search(runtime, city) != []
    export = Leaving(runtime, "tester").export(back.id, tmp_path)
    assert export.manifest.unreadable == 0
    rows = {f.name: f.rows for f in export.manifest.files}
    parts = {f"tables/{t.name}.csv": t.rows for t in made.manifest.tables}
    parts["tables/access_log.csv"] += 1  # the export itself
    assert {n: r for n, r in rows.items() if r is not None} == {
        n: r for n, r in parts.items() if n in rows
    }


async def test_the_city_goes_on_while_it_is_archived(
    runtime: Runtime, city: Tenant, archives: Archives, tmp_path: Path
):
    stop, made = asyncio.Event(), []

    async def write(number: int) -> None:
        while not stop.is_set():
            made.append(await register_case(runtime, city, f"업체{number}"))

    writers = [asyncio.create_task(write(n)) for n in range(3)]
    while len(made) < 6:  # noqa: ASYNC110 - the writers are the event; pytest's time limit bounds it
        await asyncio.sleep(0.01)
    before = len(made)
    file = (await asyncio.to_thread(archives.make, city.id, tmp_path)).file
    during = len(made)
    while len(made) < during + 3:  # noqa: ASYNC110 - the same
        await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*writers)

    archives.restore(file, Plan(slug="in-use", opened=True))
    back = await found(runtime, "in-use")
    with psycopg.connect(runtime.settings.migrator_dsn) as connection:
        schema = schema_of(back.id)
        query = f"SELECT case_no FROM {schema}.cases ORDER BY case_no"
        numbers = [no for (no,) in connection.execute(query.encode())]
        last = connection.execute(f"SELECT last FROM {schema}.case_numbers".encode()).fetchone()
    assert before <= len(numbers) <= len(made)
    assert last == (len(numbers),)
    assert [int(no[-6:]) for no in numbers] == list(range(1, len(numbers) + 1))
    assert await register_case(runtime, back) == f"{numbers[-1][:-6]}{len(numbers) + 1:06}"


async def test_the_registry_knows_who_archived_what(
    runtime: Runtime, city: Tenant, archives: Archives, tmp_path: Path
):
    killed, running = (tmp_path / f"{city.slug}-{n}.zip.part" for n in range(2))
    for left in (killed, running):
        left.write_text("홍길동")
    os.utime(killed, (0, 0))
    made = archives.make(city.id, tmp_path)
    assert (killed.exists(), running.exists()) == (False, True)
    with pytest.raises(OSError, match="File exists"):
        archives.make(city.id, made.file)
    async with runtime.doors.control_session() as session:
        last = {row.tenant_id: row for row in await session.all(LAST)}[city.id]
        rows = [
            r
            for r in await session.all(ARCHIVES, slug="", state="", limit=20, offset=0)
            if r.tenant_id == city.id
        ]
        acts = [r for r in await session.all(LOG, limit=20) if r.tenant_id == city.id]
    assert (last.file, last.row_count) == (made.file.name, made.manifest.rows)
    assert last.bytes == made.file.stat().st_size
    assert [(r.kind, r.state, r.made_by) for r in rows] == [("ARCHIVE", "DONE", "tester")]
    assert [(r.act, r.done_by) for r in acts] == [("ARCHIVE", "tester")]
    assert made.file.stat().st_mode & 0o077 == 0


async def test_a_failure_is_remembered_and_leaves_no_file(
    runtime: Runtime, city: Tenant, archives: Archives, tmp_path: Path, monkeypatch
):
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", _full)  # the last thing: its hash lies beside it already
    with pytest.raises(OSError, match="No space"):
        archives.make(city.id, tmp_path)
    monkeypatch.setattr(Path, "replace", replace)
    assert names(tmp_path) == []
    async with runtime.doors.control_session() as session:
        rows = [
            r
            for r in await session.all(ARCHIVES, slug="", state="", limit=20, offset=0)
            if r.tenant_id == city.id
        ]
    assert [r.state for r in rows] == ["FAILED"]


def names(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir()]


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


async def test_restored_cities_wait_until_they_are_resumed(
    runtime: Runtime, city: Tenant, archives: Archives, tmp_path: Path
):
    async with runtime.work.open(city) as ctx:
        await outbox.put(ctx, "cases.answered", clock.uuid7())
    file = archives.make(city.id, tmp_path).file
    archives.restore(file, Plan(slug="waiting"))
    back = await found(runtime, "waiting")
    assert (back.state, back.open, back.hosts) == ("SUSPENDED", False, ())
    assert sums(runtime, back)["outbox"] == sums(runtime, city)["outbox"]
    with pytest.raises(TenantExistsError, match="slug 'waiting'"):
        archives.restore(file, Plan(slug="waiting"))
    again = archives.restore(file, Plan(slug="waiting-too"))
    assert len({again.id, back.id, city.id}) == 3
    too = await found(runtime, "waiting-too")
    assert sums(runtime, too, but=KEYS) == sums(runtime, back, but=KEYS)


async def test_another_deployment_takes_the_city_with_the_old_key(
    runtime: Runtime, city: Tenant, people: People, archives: Archives, elsewhere, tmp_path: Path
):
    await people.officer("INTAKE_OFFICER", name="정다올")
    number = await register_case(runtime, city)
    async with runtime.work.open(city) as ctx:
        await set_setting(ctx, "test.odd", ODD)
    file = archives.make(city.id, tmp_path).file
    there, other = elsewhere
    neighbour = await demo_free_city(there)
    before = sums(there, neighbour)
    with pytest.raises(KeyProblemError, match="--key-file"):
        other.restore(file, Plan())
    assert left_of(there, city.id) == []
    key = runtime.settings.key_file
    restored = other.restore(file, Plan(key_file=key, opened=True))
    back = await found(there, city.slug)
    assert (back.id, restored.is_new_id, back.hosts) == (city.id, False, city.hosts)
    assert sums(there, back, but=KEYS) == sums(runtime, city, but=KEYS)
    assert sums(there, neighbour) == before
    assert any("정다올" in name for name in await search(there, back))
    async with there.work.open(back) as ctx:
        assert await get_settings(ctx, {"test.odd": None}) == {"test.odd": ODD}
    assert await _callers(there, back) == [number]
    with psycopg.connect(there.settings.migrator_dsn) as connection:
        query = f"SELECT wrapped FROM {schema_of(back.id)}.city_keys"
        (wrapped,) = connection.execute(query.encode()).fetchone() or (b"",)
    assert there.deployment_key.unwrap(wrapped, back.id)


async def demo_free_city(runtime: Runtime) -> Tenant:
    await Cities(runtime).apply([CityFile(slug="neighbour", name="이웃시", service_name="기업SOS")])
    city = runtime.registry.by_slug("neighbour")
    await register_case(runtime, city)
    return city


async def _callers(runtime: Runtime, city: Tenant) -> list[str]:
    schema = schema_of(city.id)
    async with runtime.work.open(city) as ctx:
        hashed = ctx.cipher.lookup("홍길동", "name")
    with psycopg.connect(runtime.settings.migrator_dsn) as connection:
        query = f"SELECT case_no FROM {schema}.cases WHERE caller_hash = %s"
        return [no for (no,) in connection.execute(query.encode(), (hashed,))]


class Old(Provisioner):
    """Makes a city as an older version of the program left it."""

    def make(self, slug: str, revision: str) -> str:
        tenant_id = new_tenant_id()
        with self._transaction() as connection:
            self._register(connection, tenant_id, TenantSpec(slug, "옛시", "기업SOS"))
            self._make_schema(connection, tenant_id)
            connection.execute(f"SET LOCAL search_path = {schema_of(tenant_id)}".encode())
            migrate_to(connection, COMPONENT, revision)
            connection.execute(
                "INSERT INTO org_units (id, name, kind, valid_from, row_version)"
                " VALUES (gen_random_uuid(), '옛부서', 'DEPARTMENT', '2020-01-01', 1)"
            )
            connection.execute(
                "INSERT INTO control.component_state VALUES (%s, 'core', %s, now())",
                (tenant_id, revision),
            )
        return tenant_id


async def test_an_older_archive_is_upgraded(runtime: Runtime, archives: Archives, tmp_path: Path):
    old = Old(runtime.deployment, runtime.settings.migrator_dsn).make("older", "0012")
    made = archives.make(old, tmp_path)
    assert made.manifest.revisions == {"core": "0012"}
    archives.restore(made.file, Plan(slug="upgraded", opened=True))
    back = await found(runtime, "upgraded")
    assert back.revisions == {"core": head(COMPONENT)} != {"core": "0012"}
    assert set(sums(runtime, back)) == {*COMPONENT.metadata.tables, "alembic_core"}
    async with runtime.work.open(back) as ctx:
        assert [u.name for u in await list_units(ctx)] == ["옛부서"]


async def test_files_travel_with_the_city(
    runtime: Runtime, city: Tenant, archives: Archives, tmp_path: Path, monkeypatch
):
    folder = city_folders(runtime.settings, city.id)["files"] / "ab"
    folder.mkdir(parents=True)
    (folder / "abcd").write_bytes(b"\0scan" * 1000)
    (folder / "unfinished.part").write_bytes(b"half")
    gone = (folder / "abce", "ab/abce")  # deleted by an officer between the look and the reading
    monkeypatch.setattr(pack, "files_of", lambda of: [*FILES_OF(of), gone] if of.exists() else [])
    made = archives.make(city.id, tmp_path)
    assert [(f.path, f.size) for f in made.manifest.files] == [("ab/abcd", 5000)]
    restored = archives.restore(made.file, Plan(slug="with-files"))
    there = city_folders(runtime.settings, restored.id)["files"] / "ab" / "abcd"
    assert there.read_bytes() == b"\0scan" * 1000


async def test_nothing_is_left_when_it_fails(
    runtime: Runtime, city: Tenant, archives: Archives, tmp_path: Path, monkeypatch
):
    folder = city_folders(runtime.settings, city.id)["files"]
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("one", "two"):
        (folder / name).write_bytes(b"1")
    file = archives.make(city.id, tmp_path).file
    with pytest.raises(TenantExistsError):
        archives.restore(file, Plan())
    with pytest.raises(TenantExistsError, match="host"):
        archives.restore(file, Plan(slug="same-host", hosts=city.hosts))
    with pytest.raises(CityFileProblemError, match="operator"):
        archives.restore(file, Plan(slug="same-desk", hosts=("Localhost",)))
    ids = iter(["hasfiles", "gonewrong", "gonewrong2"])
    monkeypatch.setattr("sinmungo_tenants.archive.restore.new_tenant_id", lambda: next(ids))
    monkeypatch.setattr(Archive, "file", _half)
    remnant = city_folders(runtime.settings, "hasfiles")["files"]
    remnant.mkdir(parents=True)
    before = sums(runtime, city)
    with pytest.raises(OSError, match="No space"):
        archives.restore(file, Plan(slug="broken"))
    assert left_of(runtime, "gonewrong") == []
    assert left_of(runtime, "hasfiles") == [str(remnant)]  # what a mishap left is nobody's to touch
    await runtime.registry.refresh(force=True)
    assert "broken" not in {c.slug for c in runtime.registry.all()}
    assert sums(runtime, city) == before


def _half(_: Archive, part: FilePart) -> Iterator[bytes]:
    if part.path == "two":
        raise OSError(28, "No space left on device")
    yield b"1"


async def test_neighbours_are_not_touched(
    runtime: Runtime, city: Tenant, archives: Archives, make_city, tmp_path: Path
):
    both = (city, await make_city())
    for each in both:
        await register_case(runtime, each)
    before = [sums(runtime, c) for c in both]
    file = archives.make(city.id, tmp_path).file
    archives.verify(file)
    archives.restore(file, Plan(slug="neighbour"))
    assert [sums(runtime, c) for c in both] == before
    Leaving(runtime, "tester").export(city.id, tmp_path)
    assert sums(runtime, both[1]) == before[1]


async def test_verify_reads_a_sound_archive(city: Tenant, archives: Archives, tmp_path: Path):
    made = archives.make(city.id, tmp_path)
    seen: Manifest = archives.verify(made.file)
    assert seen == made.manifest
    line = made.file.with_name(made.file.name + ".sha256").read_text("utf-8")
    assert line == f"{made.sha256}  {made.file.name}\n"
    with pytest.raises(ArchiveProblemError, match="no file"):
        archives.verify(tmp_path / "absent.tar")
