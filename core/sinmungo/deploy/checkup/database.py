"""The database: who may log in and do what, how new it is, and whether its limits fit."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from sinmungo import clock
from sinmungo.config import Settings
from sinmungo.deploy.checkup.terms import Finding, bad, ok, warn
from sinmungo.deploy.city_key import cipher_of
from sinmungo.deploy.problems import KeyProblemError
from sinmungo.jobs.component import COMPONENT as JOBS
from sinmungo.sealed import DeploymentKey, KeyFormatError
from sinmungo_tenants import Component, Deployment, migrate
from sinmungo_tenants.chain import chain
from sinmungo_tenants.control.component import COMPONENT as CONTROL
from sinmungo_tenants.errors import ServerDownError, UnknownServerError
from sinmungo_tenants.names import CONTROL_SCHEMA, JOBS_SCHEMA
from sinmungo_tenants.provision import EXTENSIONS_SCHEMA
from sinmungo_tenants.servers import MAIN

MINIMUM_SERVER = 170000
LOCKS = 256
SKEW_SECONDS = 2.0
CONNECT_SECONDS = 5
_WORKER_CONNECTIONS = 4  # the job worker's own queue, beside its pool
_SPARE = 10
_WHERE = """
SELECT current_database()::text, pg_postmaster_start_time(), current_user::text, rolcreaterole
FROM pg_roles WHERE rolname = current_user
"""
_ARCHIVER = """
SELECT current_setting('archive_mode'), last_archived_time, last_failed_time FROM pg_stat_archiver
"""
_UPGRADE = (
    "sinmungo tenant apply 를 관리자 주소(SINMUNGO_DATABASE_URL)와 함께 한 번 하세요. "
    "역할과 공용 표를 고쳐 놓습니다."
)


def _connect(dsn: str) -> psycopg.Connection[Any]:
    return psycopg.connect(dsn, connect_timeout=CONNECT_SECONDS)


def logins(settings: Settings) -> Iterator[Finding]:
    """Tell whether both logins reach the database."""
    named = (
        ("응용 프로그램", "SINMUNGO_APP_DSN", settings.app_dsn),
        ("표 관리", "SINMUNGO_MIGRATOR_DSN", settings.migrator_dsn),
    )
    for title, variable, dsn in named:
        if not dsn:
            yield bad("database", f"{title} 계정의 주소가 없습니다.", f"{variable} 를 정하세요.")
            continue
        try:
            _connect(dsn).close()
        except psycopg.Error as error:
            yield bad(
                "database",
                f"{title} 계정으로 데이터베이스에 닿지 못했습니다: {_reason(error)}",
                f"PostgreSQL이 켜져 있는지, {variable} 의 주소와 비밀번호가 맞는지 보세요.",
            )
        else:
            yield ok("database", f"{title} 계정으로 데이터베이스에 닿습니다.")


def _reason(error: psycopg.Error) -> str:
    """Return the server's last words, without what it was called with."""
    lines = str(error).strip().splitlines()
    return lines[-1].rpartition("FATAL:")[2].strip() if lines else type(error).__name__


def one_database(settings: Settings) -> Iterator[Finding]:
    """Tell whether both addresses lead to one database, each with the login that belongs there."""
    app, migrator = _seen(settings.app_dsn), _seen(settings.migrator_dsn)
    found = list(_wrong_logins(settings, app.login, migrator.login))
    if (app.database, app.since) != (migrator.database, migrator.since):
        found.append(
            bad(
                "logins",
                "두 계정의 주소가 서로 다른 데이터베이스를 가리킵니다: "
                f"{app.database}, {migrator.database}",
                "SINMUNGO_APP_DSN 과 SINMUNGO_MIGRATOR_DSN 을 같은 데이터베이스로 하세요.",
            )
        )
    if not migrator.makes_roles:
        says = "표 관리 계정이 역할을 만들 수 없어 시·군을 더할 수 없습니다."
        found.append(bad("logins", says, _UPGRADE))
    yield from found or [ok("logins", "두 계정이 같은 데이터베이스의 제 계정입니다.")]


class _Seen(NamedTuple):
    database: str
    since: datetime
    login: str
    makes_roles: bool


def _seen(dsn: str) -> _Seen:
    with _connect(dsn) as connection:
        ((*values,),) = connection.execute(_WHERE).fetchall()
    return _Seen(*values)


def _wrong_logins(settings: Settings, app: str, migrator: str) -> Iterator[Finding]:
    deployment = Deployment(settings.deployment)
    for variable, name, right in (
        ("SINMUNGO_APP_DSN", app, deployment.app),
        ("SINMUNGO_MIGRATOR_DSN", migrator, deployment.migrator),
    ):
        if name != right:
            yield bad(
                "logins",
                f"{variable} 의 계정이 {name} 입니다. 이 배포에서는 {right} 이어야 합니다.",
                f"{variable} 를 고치세요. 배포 이름(SINMUNGO_DEPLOYMENT)이 맞는지도 보세요.",
            )


def server(settings: Settings) -> Iterator[Finding]:
    """Tell whether the server is new enough and has the extension that bookings need."""
    with _connect(settings.app_dsn) as connection:
        version = connection.info.server_version
        found = connection.execute(
            "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
            " WHERE e.extname = 'btree_gist'"
        ).fetchone()
    major = version // 10000
    if version < MINIMUM_SERVER:
        yield bad("server", f"PostgreSQL {major} 은 너무 오래됐습니다.", "17 이상으로 올리세요.")
    else:
        yield ok("server", f"PostgreSQL {major}.{version % 10000}")
    if found is None:
        yield bad("extension", "btree_gist 확장이 없어 예약 표를 만들 수 없습니다.", _UPGRADE)
    elif found[0] != EXTENSIONS_SCHEMA:
        yield warn(
            "extension",
            f"btree_gist 가 스키마 {found[0]} 에 있습니다.",
            f"ALTER EXTENSION btree_gist SET SCHEMA {EXTENSIONS_SCHEMA};",
        )
    else:
        yield ok("extension", "btree_gist 확장이 있습니다.")


def roles(settings: Settings) -> Iterator[Finding]:
    """Tell whether the wall between cities is whole: a plain login, and a role per city."""
    deployment = Deployment(settings.deployment)
    with _connect(settings.app_dsn) as connection:
        row = connection.execute(
            "SELECT current_user::text, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
        inherited = connection.execute(
            "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
            " WHERE m.member = current_user::regrole AND m.inherit_option"
        ).fetchall()
    name, *powers = row or ("", False, False, False)
    if any(powers):
        yield bad(
            "roles",
            f"응용 프로그램의 계정 {name} 이 너무 셉니다 (SUPERUSER, BYPASSRLS 또는 CREATEROLE). "
            "시·군 사이의 벽이 서지 않습니다.",
            f"ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS NOCREATEROLE;",
        )
    if inherited:
        names = ", ".join(role for (role,) in inherited[:3])
        yield bad("roles", f"{name} 이 {names} 의 권한을 늘 지니고 있습니다.", _UPGRADE)
    missing = _missing_roles(settings, deployment)
    if missing:
        yield bad(
            "roles",
            f"시·군 {len(missing)}곳의 역할이 없거나 쓸 수 없습니다: {', '.join(missing[:5])}",
            "그 시·군을 보관본에서 되살리세요: sinmungo tenant restore",
        )
    if not any(powers) and not inherited and not missing:
        yield ok("roles", "계정과 시·군별 역할이 제대로입니다.")


def _missing_roles(settings: Settings, deployment: Deployment) -> list[str]:
    with _connect(settings.migrator_dsn) as connection:
        may = "SELECT pg_has_role(%s, oid, 'SET') FROM pg_roles WHERE rolname = %s"
        return [
            slug
            for tenant_id, slug, server in _cities(connection)
            if server == MAIN
            and connection.execute(may, (deployment.app, deployment.city(tenant_id))).fetchone()
            != (True,)
        ]


def city_keys(settings: Settings) -> Iterator[Finding]:
    """Tell whether the deployment key is the one under which the cities' keys are wrapped."""
    try:
        key = DeploymentKey.load(settings.key_file)
    except KeyFormatError:
        return  # told already
    with _connect(settings.migrator_dsn) as connection:
        cities = _cities(connection)
    closed = [
        slug
        for server in sorted({server for *_, server in cities})
        for slug in _closed(settings, server, key, cities)
    ]
    if closed:
        yield bad(
            "city_keys",
            f"이 배포 열쇠로는 시·군 {len(closed)}곳의 열쇠가 열리지 않습니다: "
            f"{', '.join(closed[:5])}. 사람 이름과 연락처를 볼 수 없습니다.",
            f"따로 보관한 열쇠를 {settings.key_file} 에 되돌려 놓으세요.",
        )
    else:
        yield ok("city_keys", "배포 열쇠로 모든 시·군의 열쇠가 열립니다.")


def _closed(
    settings: Settings, server: str, key: DeploymentKey, cities: list[tuple[str, str, str]]
) -> Iterator[str]:
    """Yield the cities of a server whose key stays closed; a server that is away is told apart."""
    try:
        connected = settings.migrators.connect(server)
    except (ServerDownError, UnknownServerError):
        return
    with connected as connection:
        for tenant_id, slug, _ in (city for city in cities if city[2] == server):
            try:
                cipher_of(connection, tenant_id, key)
            except KeyProblemError:
                yield slug


def _cities(connection: psycopg.Connection[Any]) -> list[tuple[str, str, str]]:
    """Return id, slug and server of every city; an older registry knows no servers."""
    there = connection.execute("SELECT to_regclass('control.tenants')").fetchone()
    if there is None or there[0] is None:
        return []
    return connection.execute(
        "SELECT id, slug, coalesce(to_jsonb(t) ->> 'server', %s) FROM control.tenants t"
        " ORDER BY slug",
        (MAIN,),
    ).fetchall()


def shared_schemas(settings: Settings) -> Iterator[Finding]:
    """Tell whether the registry and the queue are as new as this code."""
    with _connect(settings.migrator_dsn) as connection:
        late = [
            _told(component, revision)
            for component, schema in ((CONTROL, CONTROL_SCHEMA), (JOBS, JOBS_SCHEMA))
            if (revision := _revision(connection, component, schema)) != chain(component)[-1]
        ]
    if late:
        yield bad(
            "schemas",
            f"공용 표가 이 판과 다릅니다: {', '.join(late)}",
            "sinmungo fleet upgrade 를 하세요. 공용 표부터 올립니다.",
        )
    else:
        yield ok("schemas", "공용 표가 최신입니다.")


def _revision(connection: psycopg.Connection[Any], component: Component, schema: str) -> str | None:
    there = connection.execute("SELECT to_regnamespace(%s)", (schema,)).fetchone()
    return migrate.current(connection, component, schema) if there and there[0] else None


def _told(component: Component, revision: str | None) -> str:
    return f"{component.name} {revision or '없음'} → {chain(component)[-1]}"


def limits(settings: Settings) -> Iterator[Finding]:
    """Tell whether the server's limits fit what the processes may open."""
    needed = settings.workers * settings.pool_size + settings.pool_size + _WORKER_CONNECTIONS
    most, locks = (_setting(settings, n) for n in ("max_connections", "max_locks_per_transaction"))
    if most < needed + _SPARE:
        yield bad(
            "connections",
            f"PostgreSQL은 연결을 {most}개 받는데 이 배포는 {needed}개까지 열고 "
            f"{_SPARE}개는 비워 두어야 합니다.",
            "max_connections 를 올리거나 SINMUNGO_WORKERS, SINMUNGO_POOL_SIZE 를 줄이세요.",
        )
    else:
        yield ok("connections", f"연결은 {most}개 가운데 {needed}개까지 씁니다.")
    if locks < LOCKS:
        yield warn(
            "locks",
            f"max_locks_per_transaction 이 {locks} 입니다. "
            "시·군을 없애거나 되살릴 때 모자랄 수 있습니다.",
            f"{LOCKS} 로 올리고 PostgreSQL을 다시 켜세요.",
        )
    else:
        yield ok("locks", f"max_locks_per_transaction 이 {locks} 입니다.")


def _setting(settings: Settings, name: str) -> int:
    with _connect(settings.app_dsn) as connection:
        row = connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()
    return int(row[0]) if row else 0


def clock_skew(settings: Settings) -> Iterator[Finding]:
    """Tell whether this machine and the database agree on the time."""
    with _connect(settings.app_dsn) as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
    apart = abs((clock.now() - row[0]).total_seconds()) if row else 0.0
    if apart > SKEW_SECONDS:
        yield warn(
            "clock",
            f"이 컴퓨터와 데이터베이스의 시계가 {apart:,.0f}초 다릅니다. "
            "기한과 기록의 때가 어긋납니다.",
            "두 곳의 시각 맞추기(NTP)를 보세요. "
            "시험용 시계(SINMUNGO_CLOCK_FILE)라면 그대로 두세요.",
        )
    else:
        yield ok("clock", "이 컴퓨터와 데이터베이스의 시계가 맞습니다.")


def log_archive(settings: Settings) -> Iterator[Finding]:
    """Tell whether PostgreSQL gets its log (WAL) to the other place, if it is told to."""
    with _connect(settings.app_dsn) as connection:
        row = connection.execute(_ARCHIVER).fetchone()
    mode, archived_at, failed_at = row or ("off", None, None)
    if mode == "off":
        return
    if failed_at is not None and (archived_at is None or failed_at > archived_at):
        when = f"{clock.to_seoul(failed_at):%Y-%m-%d %H:%M}"
        yield bad(
            "wal",
            f"PostgreSQL이 기록(WAL)을 보관하지 못하고 있습니다 (마지막 실패 {when}). "
            "쌓이면 디스크가 차고, 지금의 순간으로 되돌릴 수 없습니다.",
            "archive_command 가 쓰는 곳이 붙어 있고 자리가 있는지 PostgreSQL의 로그를 보세요.",
        )
    else:
        yield ok("wal", "PostgreSQL이 기록(WAL)을 보관합니다.")
