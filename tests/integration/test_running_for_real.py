"""Running it for real, done as the pages say: every block is run, in order, on one machine.

What stands in for systemd and for accounts is told in `sinmungo.testing.machine`. nginx is
installed first where that can be done; without it requests go to whichever web server answers, as
it would do.
"""

import http.client
import re
import shutil
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from sinmungo.testing.machine import Machine, until
from sinmungo.testing.pages import PLACES, Block, Shell, blocks, do
from sinmungo.testing.traffic import Resolved, Traffic, refuses
from sinmungo_tenants.names import schema_of

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to"
PAGES = [HOW_TO / "run-it-for-real.md", HOW_TO / "back-it-up.md"]
HOST = "saebyeok.sos.example.kr"
SIGN_IN = "/office/people/sign-in"
EXPECTED = {"/": 200, SIGN_IN: 200, "/api/v1/cases": 401}
LIE = "198.51.100.66"
pytestmark = pytest.mark.timeout(1200)
type Look = Callable[[Callable[[], str]], None]


class Operator:
    """Does the pages, and looks at what a block promises before and after it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.places = machine.places
        self.done: list[str] = []
        self.looks: dict[str, Look] = {
            "program": self.program,
            "release": self.release,
            "nginx": self.nginx,
            "rolling restart": self.rolling_restart,
            "doctor": self.doctor,
            "archives": self.archives,
            "base backup": self.base_backup,
            "back to that moment": self.mishap,
            "go on": self.go_on,
            "the key back": self.key_back,
        }

    def around(self, block: Block, run: Callable[[], str]) -> None:
        """Run a block, with what is to be looked at."""
        look = self.looks.get(block.title)
        if look is None:
            run()
        else:
            look(run)
        self.done.append(block.title)

    def request(self, path: str, headers: dict[str, str] | None = None, body: str = "") -> Any:
        """Ask as a browser does: through nginx, or a server that takes the connection.

        Where a server ends what waited in its queue, the next is asked, as nginx does with what
        changes nothing.
        """
        sent = {"Host": HOST, **(headers or {})}
        for connection in self.connections():
            try:
                connection.connect()
            except ConnectionRefusedError:
                connection.close()
                continue
            try:
                connection.request("POST" if body else "GET", path, body or None, sent)
                answer = connection.getresponse()
            except ConnectionResetError:
                connection.close()
                if body:
                    raise
                continue
            text = answer.read().decode()
            connection.close()
            return answer.status, text, answer.headers
        raise AssertionError("nobody takes a connection")

    def connections(self) -> Iterator[http.client.HTTPConnection]:
        """Yield what may be asked, in the order in which to try it."""
        if self.machine.nginx:
            trusting = ssl.create_default_context(cafile=f"{self.places['ETC']}/tls/fullchain.pem")
            connection = Resolved(HOST, int(self.places["HTTPS"]), context=trusting)
            yield connection
            return
        for name in ("WEB1", "WEB2"):
            yield http.client.HTTPConnection("127.0.0.1", int(self.places[name]), timeout=30)

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement as an administrator."""
        with psycopg.connect(self.machine.dsn("sinmungo"), autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def cities(self) -> dict[str, str]:
        """Return the state of each city."""
        return dict(self.sql("SELECT slug, state FROM control.tenants"))

    def program(self, run: Callable[[], str]) -> None:
        self.machine.stamp("1")
        run()

    def release(self, run: Callable[[], str]) -> None:
        self.machine.stamp("2")
        run()
        assert Path(self.places["ROOT"], "current").resolve().name == "2"

    def nginx(self, run: Callable[[], str]) -> None:
        self.machine.backup_environment()
        run()
        status, text, headers = self.request("/")
        assert (status, "기업SOS" in text) == (200, True)
        assert "strict-transport-security" in headers
        # The server sees the client's own address and not the one that the client made up.
        page, cookies = self.sign_in_page({"X-Forwarded-For": LIE})
        assert "__Host-" in cookies
        form = f"login=admin&password=wrong-password&_csrf_token={page}"
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        told = {"Cookie": cookies, "X-Forwarded-For": LIE, **kind}
        assert self.request(SIGN_IN, told, form)[0] in {401, 422}
        assert self.addresses() == {"127.0.0.1"}
        plain = http.client.HTTPConnection("127.0.0.1", int(self.places["HTTP"]), timeout=30)
        plain.request("GET", "/", headers={"Host": HOST})
        answer = plain.getresponse()
        assert (answer.status, answer.headers["location"]) == (301, f"https://{HOST}/")
        plain.close()
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            self.unknown_host()

    def sign_in_page(self, headers: dict[str, str]) -> tuple[str, str]:
        """Return the token of the form and the cookies to send with it."""
        _, text, told = self.request(SIGN_IN, headers)
        token = re.search(r'name="_csrf_token" value="([^"]+)"', text)
        assert token is not None
        cookies = [line.partition(";")[0] for line in told.get_all("set-cookie")]
        return token[1], "; ".join(cookies)

    def addresses(self) -> set[str]:
        """Return the addresses in the city's access log."""
        ((tenant_id,),) = self.sql("SELECT id FROM control.tenants WHERE slug = 'saebyeok'")
        name = sql.Identifier(schema_of(tenant_id), "access_log")
        with psycopg.connect(self.machine.dsn("sinmungo")) as connection:
            query = sql.SQL("SELECT DISTINCT address FROM {} WHERE address IS NOT NULL")
            return {a for (a,) in connection.execute(query.format(name)).fetchall()}

    def unknown_host(self) -> None:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        connection = Resolved("elsewhere.example", int(self.places["HTTPS"]), context=trusting)
        try:
            connection.connect()
        finally:
            connection.close()

    def rolling_restart(self, run: Callable[[], str]) -> None:
        self.finishes_what_is_under_way()
        before = {n: p.pid for n, p in self.machine.units.running.items()}
        with Traffic(lambda path: int(self.request(path)[0]), EXPECTED) as traffic:
            until(lambda: traffic.answered > 20)
            run()
            seen = traffic.answered
            until(lambda: traffic.answered > seen + 20)
        assert Counter(traffic.failures) == {}
        after = {n: p.pid for n, p in self.machine.units.running.items()}
        changed = {name for name in before if before[name] != after[name]}
        assert {n.partition("@")[0] for n in changed} == {"sinmungo-web", "sinmungo-worker.service"}
        assert len(changed) == 3
        served = Path(f"/proc/{after[self.web_unit()]}/cmdline").read_bytes()
        assert b"current/.venv/bin/sinmungo" in served

    def web_unit(self) -> str:
        return f"sinmungo-web@{self.places['WEB1']}.service"

    def finishes_what_is_under_way(self) -> None:
        """A server that is stopped closes its port, answers what it has begun, and ends well."""
        port, answers = int(self.places["WEB1"]), []
        ((tenant_id,),) = self.sql("SELECT id FROM control.tenants WHERE slug = 'saebyeok'")
        locks = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

        def ask() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/cases/file", headers={"Host": HOST})
            answer = connection.getresponse()
            answers.append((answer.status, b"</html>" in answer.read()))
            connection.close()

        self.machine.units.stop("sinmungo-worker.service")  # it would wait at the lock too
        with psycopg.connect(self.machine.dsn("sinmungo")) as holder:
            schema = schema_of(tenant_id)
            tables = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
            for (name,) in holder.execute(tables, (schema,)).fetchall():
                table = sql.Identifier(schema, name)
                holder.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
            asking = threading.Thread(target=ask)
            asking.start()
            until(lambda: bool(answers) or self.sql(locks) == [(1,)])
            assert answers == []
            codes: list[int | None] = []
            unit = self.web_unit()
            stopping = threading.Thread(target=lambda: codes.append(self.machine.units.stop(unit)))
            stopping.start()
            until(lambda: refuses(port))
            assert (answers, codes) == ([], [])
            holder.rollback()
        asking.join(30)
        stopping.join(30)
        assert (answers, codes) == ([(200, True)], [0])
        self.machine.units.start(unit)
        self.machine.units.start("sinmungo-worker.service")
        until(lambda: not refuses(port))

    def doctor(self, run: Callable[[], str]) -> None:
        self.worker_lives()
        told = run()
        assert "고장 0" in told
        assert "보관하지 않은 시·군: saebyeok" in told

    def worker_lives(self) -> None:
        """Wait for the worker's next heartbeat."""
        beats = "SELECT count(*) > 0 FROM control.process_beats WHERE seen_at > %s"
        ((now,),) = self.sql("SELECT clock_timestamp()")
        try:
            until(lambda: self.sql(beats, now) == [(True,)], 120)
        except TimeoutError as error:
            raise AssertionError(self.machine.units.log("sinmungo-worker.service")) from error

    def archives(self, run: Callable[[], str]) -> None:
        off = Path(self.places["OFF"])
        assert run().count("saebyeok-") == 2
        assert "보관하지 않은" not in self.machine.sinmungo("doctor")[1]
        copy = [f"{self.places['ROOT']}/bin/copy-off", f"{self.places['ROOT']}/archives", str(off)]
        (whole,) = off.glob("*.tar")
        older = [off / f"saebyeok-2025010{n}T000000000Z.tar" for n in (1, 2, 3)]
        for file in (*older, off / "saebyeok-old-20250101T000000000Z.tar"):
            file.write_bytes(b"")
            file.with_name(f"{file.name}.sha256").write_text("")
        subprocess.run([*copy, "2"], check=True, env=self.machine.environment)
        kept = {f.name for f in off.glob("*.tar")}
        assert kept == {whole.name, older[2].name, "saebyeok-old-20250101T000000000Z.tar"}
        for file in (*older, off / "saebyeok-old-20250101T000000000Z.tar"):
            file.unlink(missing_ok=True)
            file.with_name(f"{file.name}.sha256").unlink(missing_ok=True)
        self.a_copy_that_is_not_whole(copy, Path(copy[1]))

    def a_copy_that_is_not_whole(self, copy: list[str], home: Path) -> None:
        """A file that is not what its hash says is told, and tried again the next time."""
        bad = home / "saebyeok-20990101T000000000Z.tar"
        bad.write_bytes(b"cut")
        digest = home / f"{bad.name}.sha256"
        digest.write_text(f"{'0' * 64}  {bad.name}\n")
        for _ in range(2):
            done = subprocess.run(
                [*copy, "90"],
                env=self.machine.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, "not copied whole" in done.stderr) == (1, True)
            assert not Path(self.places["OFF"], digest.name).exists()
        for file in (bad, digest, Path(self.places["OFF"], bad.name)):
            file.unlink(missing_ok=True)

    def base_backup(self, run: Callable[[], str]) -> None:
        self.machine.backup_environment()
        (name,) = run().split()
        assert re.fullmatch(r"\d{8}T\d{6}Z", name)
        wal = Path(self.places["WAL"])
        label = Path(self.places["BASE"], name, "backup_label").read_text()
        first = label.partition("(file ")[2].partition(")")[0]
        assert all(f.name >= first for f in wal.iterdir())

    def mishap(self, run: Callable[[], str]) -> None:
        """Write after the moment, and see what was before it and nothing else."""
        before = self.cities()
        assert before == {"saebyeok": "ACTIVE"}
        assert self.machine.sinmungo("tenant", "add", "later", "나중시")[0] == 0
        assert self.machine.sinmungo("tenant", "suspend", "saebyeok", "--why", "x")[0] == 0
        assert self.cities() == {"saebyeok": "SUSPENDED", "later": "ACTIVE"}
        schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't_%%'"
        ((more,),) = self.sql(schemas)
        run()
        assert self.cities() == before
        assert self.sql(schemas) == [(more - 1,)]

    def go_on(self, run: Callable[[], str]) -> None:
        run()
        assert self.request("/")[0] == 200
        self.worker_lives()
        bases = sorted(p.name for p in Path(self.places["BASE"]).iterdir())
        assert len(bases) == 2
        lines = [Path(self.places["BASE"], b, "backup_label").read_text() for b in bases]
        assert [re.findall(r"START TIMELINE: (\d)", text) for text in lines] == [["1"], ["2"]]

    def key_back(self, run: Callable[[], str]) -> None:
        """Without the key nothing is done and nothing is made; with a wrong one the doctor says."""
        key = Path(self.places["ETC"], "deployment.key")
        right = key.read_bytes()
        key.unlink()
        code, told = self.machine.sinmungo("tenant", "list")
        assert (code, told) == (1, f"sinmungo: the deployment key file cannot be read: {key}\n")
        assert self.machine.sinmungo("web")[0] == 1
        environment = {"SINMUNGO_DATABASE_URL": self.machine.dsn("sinmungo")}
        self.machine.environment.update(environment)
        lines = Path(self.places["ETC"], "migrator.env")
        kept = lines.read_text()
        lines.write_text("")
        code, told = self.machine.sinmungo("tenant", "apply")
        assert (code, "put the copy of the key back" in told) == (1, True), told
        assert not key.exists()
        lines.write_text(kept)
        key.write_bytes(right.swapcase())
        code, told = self.machine.sinmungo("doctor", "--quiet")
        assert (code, "열쇠가 열리지 않습니다: saebyeok" in told) == (1, True), told
        key.unlink()
        told = run()
        assert "고장 0" in told
        assert key.read_bytes() == right


@pytest.fixture
def machine() -> Iterator[Machine]:
    subprocess.run([ROOT / "requirements" / "nginx.sh"], check=True)
    made = Machine(ROOT)
    try:
        made.set_up()
        yield made
    finally:
        made.end()


@pytest.mark.soak
def test_it_works_as_written(machine: Machine):
    operator = Operator(machine)
    shell = Shell(machine.base, machine.environment)
    skipped: list[str] = []

    def skip(block: Block) -> bool:
        if block.needs and not shutil.which(block.needs):
            skipped.append(block.title)
            return True
        return False

    for page in PAGES:
        do(page, shell, machine.places, skip=skip, around=operator.around)
        if page is PAGES[0]:
            the_installed_units_are_sound(machine)
    written = [b.title for page in PAGES for b in blocks(page) if b.title != PLACES]
    assert sorted([*operator.done, *skipped]) == sorted(written)
    assert set(operator.looks) - set(operator.done) <= set(skipped)
    assert set(skipped) <= ({"certificate", "nginx"} if not machine.nginx else set())


def the_installed_units_are_sound(machine: Machine) -> None:
    """Have systemd itself read them, where it is installed."""
    program = shutil.which("systemd-analyze")
    if program is None:
        return
    files = sorted(str(f) for f in Path(machine.places["UNITS"]).glob("sinmungo*"))
    done = subprocess.run(
        [program, "verify", "--recursive-errors=no", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    told = [
        line for line in done.stderr.splitlines() if str(machine.base) in line or "sinmungo" in line
    ]
    assert told == []
