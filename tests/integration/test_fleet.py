"""A run over all cities: who is behind, what becomes of each, what is left when it breaks off."""

import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from psycopg import sql
from sqlalchemy import Column, MetaData, Table, Text, Uuid

from sinmungo import clock
from sinmungo.config import Settings
from sinmungo.deploy.database import set_up
from sinmungo.testing.database import fresh_database
from sinmungo_tenants import Component, Deployment, UnknownTenantError
from sinmungo_tenants.adding import Adder
from sinmungo_tenants.archive.copy import checksums
from sinmungo_tenants.errors import FleetBusyError
from sinmungo_tenants.fleet import ledger
from sinmungo_tenants.fleet.ledger import Outcome
from sinmungo_tenants.fleet.plan import behind, plan
from sinmungo_tenants.fleet.rehearse import rehearse
from sinmungo_tenants.fleet.run import Fleet, Options, Result
from sinmungo_tenants.names import schema_of
from sinmungo_tenants.provision import Provisioner, TenantSpec

REVISION = '''
"""One step of a test's tree."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = {down!r}


def upgrade() -> None:
    {body}
'''
TABLE = (
    'op.create_table("{name}", sa.Column("id", sa.Uuid(), nullable=False), '
    'sa.Column("text", sa.Text()), sa.PrimaryKeyConstraint("id", name="pk_{name}"))'
)
ADD_COLUMN = 'op.add_column("notes", sa.Column("extra", sa.Text()))'
BROKEN = 'op.alter_column("notes", "text", nullable=False)'
NOTES = "notes"


def tree(folder: Path, name: str, *bodies: str, table: str = NOTES, minimum: str = "") -> Component:
    """Return a component with a revision for each body, its first making `table`."""
    versions = folder / "versions"
    versions.mkdir(parents=True)
    for index, body in enumerate((TABLE.format(name=table), *bodies)):
        down = f"r{index}" if index else None
        text = REVISION.format(number=f"r{index + 1}", down=down, body=body)
        (versions / f"r{index + 1}.py").write_text(text.lstrip(), "utf-8")
    metadata = MetaData()
    Table(table, metadata, Column("id", Uuid, primary_key=True), Column("text", Text))
    return Component(name, folder, metadata, minimum=minimum)


@dataclass
class Heard:
    """A watcher that keeps what it hears, and can act on it."""

    total: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    stop_after: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def begin(self, total: int) -> None:
        self.total = total

    def done(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        if len(self.outcomes) == self.stop_after:
            self.stop.set()


@dataclass
class Deployed:
    """A deployment whose cities have the small components `one` (all rest on it) and `two`."""

    settings: Settings
    admin: str
    folder: Path
    one: Component
    two: Component
    cities: dict[str, str] = field(default_factory=dict)

    def newer(self, *bodies: str, minimum: str = "") -> Component:
        number = len(list(self.folder.iterdir()))
        return tree(self.folder / f"one{number}", "one", *bodies, minimum=minimum)

    def fleet(self, *components: Component) -> Fleet:
        deployment = Deployment(self.settings.deployment)
        dsn = self.settings.migrator_dsn
        return Fleet(deployment, dsn, components, now=clock.now, new_id=clock.uuid7)

    def upgrade(self, *components: Component, heard: Heard | None = None, **more) -> Result:
        heard = heard or Heard()
        options = Options("tester", **more)
        return self.fleet(*components).upgrade(options, heard, heard.stop)

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.admin, autocommit=True)

    def note(self, slug: str, text: str | None = "x") -> None:
        with self.connect() as connection:
            table = sql.Identifier(schema_of(self.cities[slug]), NOTES)
            query = sql.SQL("INSERT INTO {} (id, text) VALUES (gen_random_uuid(), %s)")
            connection.execute(query.format(table), (text,))

    def columns(self, slug: str, table: str = NOTES) -> list[str]:
        with self.connect() as connection:
            rows = connection.execute(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
                (schema_of(self.cities[slug]), table),
            )
            return [name for (name,) in rows]

    def revisions(self, component: str = "one") -> dict[str, str]:
        """Return the revision of each city, from the city; the registry's copy must agree."""
        with self.connect() as connection:
            copy = dict(
                connection.execute(
                    "SELECT t.slug, s.revision FROM control.component_state s"
                    " JOIN control.tenants t ON t.id = s.tenant_id WHERE s.component = %s",
                    (component,),
                ).fetchall()
            )
            for slug, revision in copy.items():
                table = sql.Identifier(schema_of(self.cities[slug]), f"alembic_{component}")
                query = sql.SQL("SELECT version_num FROM {}").format(table)
                assert connection.execute(query).fetchone() == (revision,), slug
        return copy

    def written(self) -> dict[tuple[str, str], ledger.Line]:
        with self.connect() as connection:
            last = ledger.last_run(connection)
            assert last is not None
            return {(x.slug, x.component): x for x in ledger.lines(connection, last.id)}


@pytest.fixture(scope="module")
def settled(server_dsn, worker_id, tmp_path_factory) -> Deployed:
    folder = tmp_path_factory.mktemp("fleet")
    name = f"fleet_{worker_id}"
    admin = fresh_database(server_dsn, name)
    wanted = Settings(data=str(folder / "data"), deployment=name)
    trees = folder / "trees"
    one, two = tree(trees / "one", "one"), tree(trees / "two", "two", table="others")
    return Deployed(set_up(wanted, admin), admin, trees, one, two)


@pytest_asyncio.fixture(loop_scope="session")
async def deployed(settled: Deployed) -> AsyncIterator[Deployed]:
    """Five cities at the first revision: all have `one`, the first two have `two` as well."""
    adder = Adder(Deployment(settled.settings.deployment), settled.settings.migrator_dsn)
    for number in range(5):
        components = [settled.one, settled.two][: 2 if number < 2 else 1]
        spec = TenantSpec(f"c{number}", "시험시", "기업SOS")
        async with adder.adding(spec, components) as (city, _):
            settled.cities[spec.slug] = city.id
    yield settled
    with settled.connect() as connection:
        for tenant_id in settled.cities.values():
            connection.execute(f"DROP SCHEMA {schema_of(tenant_id)} CASCADE")
            connection.execute(f"DROP ROLE {settled.settings.deployment}_t_{tenant_id}")
        for table in ("component_state", "tenants", "fleet_outcomes", "fleet_runs"):
            connection.execute(f"DELETE FROM control.{table}")
    settled.cities.clear()


def test_nothing_to_do_is_one_query_and_no_run(deployed: Deployed, monkeypatch):
    sent = []
    execute = psycopg.Connection.execute

    def counted(self, query, *rest, **more):
        sent.append(query)
        return execute(self, query, *rest, **more)

    monkeypatch.setattr(psycopg.Connection, "execute", counted)
    assert deployed.upgrade(deployed.one, deployed.two) == Result("DONE")
    assert len(sent) == 1
    with deployed.connect() as connection:
        assert ledger.last_run(connection) is None


def test_only_those_behind_run_and_each_outcome_is_written(deployed: Deployed):
    newer, heard = deployed.newer(ADD_COLUMN), Heard()
    provisioner = Provisioner(
        Deployment(deployed.settings.deployment), deployed.settings.migrator_dsn
    )
    provisioner.upgrade(deployed.cities["c3"], [newer])
    result = deployed.upgrade(newer, deployed.two, heard=heard)
    assert result.state == "DONE"
    assert sorted(o.pair.slug for o in result.of("OK")) == ["c0", "c1", "c2", "c4"]
    assert (heard.total, len(heard.outcomes)) == (4, 4)
    assert set(deployed.revisions().values()) == {"r2"}
    assert all(deployed.columns(s) == ["id", "text", "extra"] for s in deployed.cities)
    lines = deployed.written()
    assert {key for key, line in lines.items() if line.state == "OK"} == {
        (s, "one") for s in ("c0", "c1", "c2", "c4")
    }
    assert all((x.from_revision, x.to_revision) == ("r1", "r2") for x in lines.values())
    assert all(x.seconds is not None and x.seconds > 0 for x in lines.values())


def test_every_outcome_is_pending_first_and_workers_are_bounded(deployed: Deployed, monkeypatch):
    seen: list[dict[str, str]] = []

    class Looking(Heard):
        def begin(self, total: int) -> None:
            super().begin(total)
            seen.append({line.slug: line.state for line in deployed.written().values()})

    at_once = counting(monkeypatch)
    sleepy = 'op.execute("SELECT pg_sleep(0.1)")'
    deployed.upgrade(deployed.newer(ADD_COLUMN, sleepy), heard=Looking(), workers=2)
    assert seen == [dict.fromkeys(deployed.cities, "PENDING")]
    assert max(at_once) == 2


def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets, for each city that is begun, how many are under way then."""
    under_way: set[str] = set()
    seen: list[int] = []
    real = Fleet._city

    def city(self, task, hands, pairs):
        under_way.add(pairs[0].slug)
        seen.append(len(under_way))
        real(self, task, hands, pairs)
        under_way.discard(pairs[0].slug)

    monkeypatch.setattr(Fleet, "_city", city)
    return seen


def test_a_city_that_fails_is_as_before_and_the_others_go_on(deployed: Deployed):
    deployed.note("c2", None)
    newer = deployed.newer(ADD_COLUMN, BROKEN)
    result = deployed.upgrade(newer)
    assert result.state == "FAILED"
    (failed,) = result.of("FAILED")
    assert failed.pair.slug == "c2"
    assert failed.error == "one r3: NotNullViolation (23502) at notes, text"
    assert len(result.of("OK")) == 4
    assert deployed.columns("c2") == ["id", "text"]
    revisions = deployed.revisions()
    assert revisions.pop("c2") == "r1"
    assert set(revisions.values()) == {"r3"}
    assert deployed.written()["c2", "one"].error == failed.error

    with deployed.connect() as connection:
        table = sql.Identifier(schema_of(deployed.cities["c2"]), NOTES)
        connection.execute(sql.SQL("UPDATE {} SET text = 'y'").format(table))
    again = deployed.upgrade(newer)
    assert [o.pair.slug for o in again.outcomes] == ["c2"]
    assert again.state == "DONE"


def test_no_value_of_a_row_gets_into_a_reason(deployed: Deployed):
    deployed.note("c1", "홍길동 010-1234-5678")
    using = 'op.alter_column("notes", "text", type_=sa.Integer(), postgresql_using="text::integer")'
    result = deployed.upgrade(deployed.newer(using))
    (failed,) = result.of("FAILED")
    assert failed.error == "one r2: InvalidTextRepresentation (22P02)"


def test_what_rests_on_a_failed_component_is_left(deployed: Deployed, tmp_path: Path):
    deployed.note("c0", None)
    two = tree(tmp_path / "two", "two", ADD_COLUMN.replace("notes", "others"), table="others")
    result = deployed.upgrade(deployed.newer(BROKEN), two)
    states = {(o.pair.slug, o.pair.component.name): o.state for o in result.outcomes}
    assert states["c0", "one"] == "FAILED"
    assert states["c0", "two"] == "PENDING"
    assert states["c1", "two"] == "OK"
    assert deployed.written()["c0", "two"].error == "left, since one failed in this city"
    assert deployed.revisions("two") == {"c0": "r1", "c1": "r2"}


def test_a_city_with_a_long_reader_is_reported_and_resumed(deployed: Deployed):
    newer = deployed.newer(ADD_COLUMN)
    with psycopg.connect(deployed.admin) as reader:
        table = sql.Identifier(schema_of(deployed.cities["c1"]), NOTES)
        reader.execute(sql.SQL("SELECT * FROM {}").format(table))
        result = deployed.upgrade(newer, lock_timeout=0.2)
        (failed,) = result.of("FAILED")
        assert failed.pair.slug == "c1"
        assert "a table stayed in use" in str(failed.error)
        assert len(result.of("OK")) == 4
    assert deployed.upgrade(newer).state == "DONE"
    assert set(deployed.revisions().values()) == {"r2"}


def test_the_canary_goes_first_and_stops_everything(deployed: Deployed):
    deployed.note("c3", None)
    newer = deployed.newer(BROKEN)
    result = deployed.upgrade(newer, canary="c3")
    assert (result.state, len(result.of("FAILED")), len(result.of("PENDING"))) == ("FAILED", 1, 4)
    assert set(deployed.revisions().values()) == {"r1"}
    heard = Heard()
    assert deployed.upgrade(newer, canary="c4", heard=heard).of("FAILED")
    assert heard.outcomes[0].pair.slug == "c4"
    with pytest.raises(UnknownTenantError):
        deployed.upgrade(newer, canary="nowhere")


def test_a_run_that_is_stopped_finishes_what_is_under_way_and_resumes(deployed: Deployed):
    newer, heard = deployed.newer(ADD_COLUMN), Heard(stop_after=2)
    result = deployed.upgrade(newer, heard=heard, workers=1)
    assert result.state == "ABANDONED"
    assert [o.state for o in result.outcomes] == ["OK", "OK", "PENDING", "PENDING", "PENDING"]
    again = deployed.upgrade(newer)
    assert [o.pair.slug for o in again.outcomes] == ["c2", "c3", "c4"]
    assert set(deployed.revisions().values()) == {"r2"}


def test_a_second_run_says_who_runs_since_when(deployed: Deployed):
    newer = deployed.newer(ADD_COLUMN)
    refused: list[str] = []

    class Meanwhile(Heard):
        def begin(self, total: int) -> None:
            super().begin(total)
            with pytest.raises(FleetBusyError) as busy:
                deployed.upgrade(newer)
            refused.append(str(busy.value))

    assert deployed.upgrade(newer, heard=Meanwhile()).state == "DONE"
    assert refused[0].startswith("another run is under way by tester since 2")


def test_a_run_whose_process_was_killed_is_seen_as_abandoned(deployed: Deployed):
    newer = deployed.newer(ADD_COLUMN)

    class Killed(Heard):
        def begin(self, total: int) -> None:
            super().begin(total)
            raise SystemExit  # nothing after this line of the run is done, as when killed

    with pytest.raises(SystemExit):
        deployed.upgrade(newer, heard=Killed())
    with deployed.connect() as connection:
        last = ledger.last_run(connection)
        assert last is not None
        assert last.state == "RUNNING"
    result = deployed.upgrade(newer)
    assert (result.state, result.abandoned_before) == ("DONE", 1)
    with deployed.connect() as connection:
        states = connection.execute(
            "SELECT state FROM control.fleet_runs ORDER BY started_at"
        ).fetchall()
    assert states == [("ABANDONED",), ("DONE",)]


def test_a_backend_that_is_killed_costs_its_city_only(deployed: Deployed):
    wait = (
        'op.execute("SELECT pg_sleep(CASE WHEN EXISTS (SELECT 1 FROM notes) THEN 20 ELSE 0 END)")'
    )
    newer = deployed.newer(wait)
    deployed.note("c0")

    def kill() -> None:
        query = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE '%%pg_sleep(%%' AND application_name = %s"
        )
        name = f"{deployed.settings.deployment}-fleet"
        with deployed.connect() as connection:
            for _ in range(200):
                if connection.execute(query, (name,)).rowcount:
                    return
                threading.Event().wait(0.05)

    killer = threading.Thread(target=kill)
    killer.start()
    result = deployed.upgrade(newer, workers=1)
    killer.join()
    (failed,) = result.of("FAILED")
    assert failed.pair.slug == "c0"
    assert "connection" in str(failed.error)
    assert len(result.of("OK")) == 4
    assert deployed.written()["c0", "one"].state == "FAILED"


def test_new_tables_come_with_their_rights(deployed: Deployed):
    newer = deployed.newer(TABLE.format(name="more"))
    Table("more", newer.metadata, Column("id", Uuid, primary_key=True))
    deployed.upgrade(newer)
    with deployed.connect() as connection:
        for tenant_id in deployed.cities.values():
            role = f"{deployed.settings.deployment}_t_{tenant_id}"
            found = connection.execute(
                "SELECT has_table_privilege(%s, %s, 'INSERT')",
                (role, f"{schema_of(tenant_id)}.more"),
            ).fetchone()
            assert found == (True,)


def test_the_plan_counts_per_component(deployed: Deployed):
    newer = deployed.newer(ADD_COLUMN, TABLE.format(name="more"), minimum="r2")
    provisioner = Provisioner(
        Deployment(deployed.settings.deployment), deployed.settings.migrator_dsn
    )
    provisioner.upgrade(deployed.cities["c4"], [deployed.newer(ADD_COLUMN)])
    with deployed.connect() as connection:
        first, second = plan(connection, [newer, deployed.two])
        late = behind(connection, [newer, deployed.two])
    assert (first.cities, first.behind, first.closed, first.ahead) == (5, 5, 4, 0)
    assert (first.head, first.minimum, first.revisions) == ("r3", "r2", ("r2", "r3"))
    assert (second.cities, second.behind, second.revisions) == (2, 0, ())
    assert [[p.revision for p in city] for city in late] == [["r1"]] * 4 + [["r2"]]


def test_a_city_that_newer_code_has_upgraded_is_ahead_and_left_alone(deployed: Deployed):
    deployed.upgrade(deployed.newer(ADD_COLUMN))
    with deployed.connect() as connection:
        (older,) = plan(connection, [deployed.one])
        assert (older.behind, older.ahead) == (0, 5)
        assert behind(connection, [deployed.one]) == []
    assert deployed.upgrade(deployed.one).outcomes == ()


def test_a_rehearsal_runs_on_a_copy_and_leaves_nothing(deployed: Deployed):
    for text in ("가", "나", None):
        deployed.note("c0", text)
    before = {s: checksums(deployed.admin, schema_of(i)) for s, i in deployed.cities.items()}
    clean = 'op.execute("DELETE FROM notes WHERE text IS NULL")'
    newer = deployed.newer(clean, BROKEN, TABLE.format(name="more"))
    copied: list[tuple[str, int]] = []
    found = rehearse(
        deployed.settings.migrator_dsn,
        [newer, deployed.two],
        "c0",
        lambda table, rows: copied.append((table, rows)),
    )
    assert found.error is None
    assert [(name, revision) for name, revision, _ in found.steps] == [
        ("one", "r2"),
        ("one", "r3"),
        ("one", "r4"),
    ]
    assert found.changed == {"more": (None, 0), "notes": (3, 2)}
    assert ("notes", 3) in copied
    after = {s: checksums(deployed.admin, schema_of(i)) for s, i in deployed.cities.items()}
    assert after == before
    assert rehearsal_schemas(deployed) == []


def test_a_rehearsal_that_fails_says_where_and_leaves_nothing(deployed: Deployed):
    deployed.note("c0", None)
    newer = deployed.newer(ADD_COLUMN, BROKEN)
    found = rehearse(deployed.settings.migrator_dsn, [newer, deployed.two], "c0")
    assert found.error == "one r3: NotNullViolation (23502) at notes, text"
    assert [revision for _, revision, _ in found.steps] == ["r2"]
    assert deployed.revisions()["c0"] == "r1"
    assert rehearsal_schemas(deployed) == []
    with pytest.raises(UnknownTenantError):
        rehearse(deployed.settings.migrator_dsn, [newer], "nowhere")


def rehearsal_schemas(deployed: Deployed) -> list[str]:
    with deployed.connect() as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'rehears%'")
        return [name for (name,) in rows]
