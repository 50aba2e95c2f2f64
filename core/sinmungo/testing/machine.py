"""A machine to install on, in one folder: PostgreSQL, a release, accounts and units of its own.

What only a real machine has is stood in for by small programs that come first in PATH: `systemctl`
(see `units`), `useradd` and `chown` (nothing to do), `runuser` (the database's account is the one
that can run it here, everybody else is who runs the test).
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from sinmungo.testing.demo import free_port
from sinmungo.testing.environments import build_wheels, clean_environment
from sinmungo.testing.units import Units, accounts
from sinmungo_tenants.server.account import choose_account
from sinmungo_tenants.server.binaries import find_binaries
from sinmungo_tenants.server.cluster import Cluster

PASSWORD = "secret-of-the-administrator"  # noqa: S105 - of a database that lives for one test
_POSTGRES = """[Service]
User=postgres
ExecStart={bin}/postgres -D {data}
KillSignal=SIGINT
"""
_SERVER = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = {port}
fsync = off
max_locks_per_transaction = 256
"""
_RUNUSER = """#!/bin/sh
name=$2
shift 3
[ "$name" = postgres ] && exec {become} "$@"
exec "$@"
"""
_NGINX = """#!/bin/sh
exec {program} -p {prefix} -c {prefix}/nginx.conf "$@"
"""
_NGINX_CONF = """
daemon off;
error_log stderr;
pid {prefix}/nginx.pid;
events {{}}
http {{
    client_body_temp_path {prefix}/body;
    proxy_temp_path {prefix}/proxy;
    fastcgi_temp_path {prefix}/fastcgi;
    uwsgi_temp_path {prefix}/uwsgi;
    scgi_temp_path {prefix}/scgi;
    access_log off;
    include {prefix}/conf.d/*.conf;
}}
"""
# How install.sh knows that an environment is right for its place: no download is needed then.
_STAMP = 'eval "$(sed -n "/^checksum() {/,/^}/p" requirements/install.sh)"; checksum base'


class Machine:
    """Everything lies below `base`, which `end` removes."""

    def __init__(self, root: Path) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="sinmungo-machine-"))
        self.base.chmod(0o711)
        self._project = root
        self.account = choose_account(self.base / "none")
        self.binaries = find_binaries(self.account)
        self.nginx = shutil.which("nginx")
        self.port = free_port()
        self.places = self._places()
        self.bin = self._folder("bin")
        for name in ("units", "keys", "off", "logs", "nginx/conf.d"):
            self._folder(name)
        for name in ("pg", "wal", "base"):
            self.account.give(self._folder(name))
        path = os.pathsep.join([str(self.bin), str(self.binaries.folder), os.environ["PATH"]])
        users = accounts(postgres=(self.account.uid, self.account.gid))
        self.units = Units(self.base / "units", self.base / "logs", path, users)
        connection = self._connection()
        self.environment = {"PATH": path, "HOME": str(self.base), "LANG": "C.UTF-8", **connection}

    def _folder(self, name: str) -> Path:
        made = self.base / name
        made.mkdir(parents=True)
        return made

    def _places(self) -> dict[str, str]:
        base = self.base
        ports = {name: str(free_port()) for name in ("WEB1", "WEB2", "HTTP", "HTTPS")}
        named = {"ROOT": "srv", "ETC": "etc", "UNITS": "units", "SITES": "nginx/conf.d"}
        named |= {"SOURCE": "source", "KEYS": "keys", "OFF": "off"}
        named |= {"PGDATA": "pg/main", "WAL": "wal", "BASE": "base"}
        places = {name: str(base / folder) for name, folder in named.items()}
        return {**places, **ports, "DOMAIN": "sos.example.kr", "ADMIN": self.dsn("sinmungo")}

    def dsn(self, database: str) -> str:
        """Return an administrator's address."""
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def _connection(self) -> dict[str, str]:
        known = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port)}
        return {**known, "PGUSER": "postgres", "PGPASSWORD": PASSWORD}

    def set_up(self) -> None:
        """Make the stand-ins, the release to install and the database server, and start that."""
        self._stand_ins()
        self._release()
        self._server()

    def end(self) -> None:
        """Stop everything and remove it."""
        self.units.end()
        shutil.rmtree(self.base)

    def stamp(self, release: str) -> None:
        """Have the release's environment fit the folder that the release is copied to."""
        source, place = Path(self.places["SOURCE"]), f"{self.places['ROOT']}/releases/{release}"
        made = subprocess.run(  # noqa: S603 - the installer's own function
            ["/bin/sh", "-ec", f"pwd() {{ echo '{place}'; }}\n{_STAMP}"],
            cwd=source,
            check=True,
            capture_output=True,
        )
        (source / ".venv" / "stamp-base").write_bytes(made.stdout)

    def _program(self, name: str, text: str) -> None:
        file = self.bin / name
        file.write_text(text, "utf-8")
        file.chmod(0o755)

    def _stand_ins(self) -> None:
        for name in ("useradd", "chown"):
            self._program(name, "#!/bin/sh\nexit 0\n")
        real = shutil.which("runuser", path="/usr/sbin:/sbin:/usr/bin:/bin")
        dropped = self.account.uid is not None
        become = f"{real} -u {self.account.name} --" if dropped else ""
        self._program("runuser", _RUNUSER.format(become=become))
        if self.nginx:
            self._web_server(self.base / "nginx", self.nginx)
        self.units.listen(self.bin / "systemctl")

    def _web_server(self, prefix: Path, program: str) -> None:
        (prefix / "nginx.conf").write_text(_NGINX_CONF.format(prefix=prefix), "utf-8")
        self._program("nginx", _NGINX.format(program=program, prefix=prefix))
        unit = f"[Service]\nExecStart={self.bin}/nginx\nKillSignal=SIGQUIT\n"
        (self.base / "units" / "nginx.service").write_text(unit, "utf-8")

    def _release(self) -> None:
        source = Path(self.places["SOURCE"])
        wheels = build_wheels([self._project], self.base / "wheels")
        python = clean_environment(self.base / "env", wheels)
        for name in ("requirements", "docs/how-to/units"):
            shutil.copytree(self._project / name, source / name)
        for file in (Path("pyproject.toml"), *_plugin_files(self._project)):
            (source / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self._project / file, source / file)
        (source / ".venv").mkdir()
        for entry in python.parents[1].iterdir():
            (source / ".venv" / entry.name).symlink_to(entry)

    def _server(self) -> None:
        data = Path(self.places["PGDATA"])
        Cluster(data, self.account, self.binaries).make(PASSWORD, sync=False)
        with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(_SERVER.format(port=self.port))
        unit = _POSTGRES.format(bin=self.binaries.folder, data=data)
        (self.base / "units" / "postgresql.service").write_text(unit, "utf-8")
        self.units.start("postgresql.service")
        wait = [str(self.binaries.folder / "pg_isready"), "-q", "-t", "30"]
        until(lambda: subprocess.run(wait, env=self.environment, check=False).returncode == 0)  # noqa: S603 - the server's own program
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE sinmungo")

    def backup_environment(self) -> None:
        """Tell the base backup where the server is: it has no local socket here."""
        lines = "".join(f"{name}={value}\n" for name, value in self._connection().items())
        Path(self.places["ETC"], "backup.env").write_text(lines, "utf-8")

    def sinmungo(self, *words: str) -> tuple[int, str]:
        """Run the administrator's command; return its exit code and all it wrote."""
        done = subprocess.run(  # noqa: S603 - our own program
            [f"{self.places['ROOT']}/bin/run-sinmungo", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


def _plugin_files(root: Path) -> Iterator[Path]:
    for file in sorted(root.glob("plugins/*/pyproject.toml")):
        yield file.relative_to(root)


def until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something is so; TimeoutError when it does not come."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)
