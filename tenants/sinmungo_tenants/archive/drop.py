"""Lets a city go: only when it stands still and someone holds an export of its last state.

One schema per transaction: dropping takes a lock on every table and index of it. A city on another
server than main is dropped there first; if the registry then does not hear of it, drop it again.
"""

import shutil
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from sinmungo_tenants.archive import book
from sinmungo_tenants.archive.copy import copy_all, fingerprint, lock, speak, tables_in_order
from sinmungo_tenants.archive.manifest import City
from sinmungo_tenants.archive.problems import ArchiveProblemError, DropRefusedError
from sinmungo_tenants.control.component import COMPONENT as CONTROL
from sinmungo_tenants.names import Deployment, schema_of
from sinmungo_tenants.provision import Provisioner
from sinmungo_tenants.servers import Servers, server_of

HISTORY = frozenset({"archives", "tenant_log", "fleet_outcomes"})


class Life(Provisioner):
    """Suspends, resumes and drops cities, and writes down who did; needs the migrator's login."""

    def __init__(
        self, deployment: Deployment, servers: str | Servers, now: Callable[[], datetime]
    ) -> None:
        super().__init__(deployment, servers)
        self._now = now

    def city(self, tenant_id: str) -> City:
        """Return the registry's rows of a city; raise `UnknownTenantError`."""
        with self._transaction() as connection:
            return book.city_of(connection, tenant_id)

    def home(self, tenant_id: str) -> str:
        """Return the migrator's address of the server on which a city lies."""
        with self._transaction() as connection:
            return self.servers.dsn(server_of(connection, tenant_id))

    def stop(self, tenant_id: str, why: str, by: str) -> None:
        """Suspend a city: a maintenance page, no jobs, until it is resumed."""
        self._switch(tenant_id, "SUSPENDED", "SUSPEND", why, by)

    def go_on(self, tenant_id: str, why: str, by: str) -> None:
        """Resume a suspended city."""
        self._switch(tenant_id, "ACTIVE", "RESUME", why, by)

    def _switch(self, tenant_id: str, state: str, act: book.Act, why: str, by: str) -> None:
        with self._transaction() as connection:
            city = book.city_of(connection, tenant_id)
            connection.execute(
                "UPDATE control.tenants SET state = %s, row_version = row_version + 1"
                " WHERE id = %s",
                (state, tenant_id),
            )
            book.log(connection, city, act, why, self._now(), by)
            book.touch(connection)

    def note(
        self, city: City, kind: book.Kind, file: str, made_at: datetime, by: str, **figures: Any
    ) -> None:
        """Write down an archive or export that was made, or (without `sha256`) was not."""
        with self._transaction() as connection:
            book.remember(connection, city, kind, file, made_at, by, **figures)
            what = file if figures.get("sha256") else f"{file} failed"
            book.log(connection, city, kind, what, self._now(), by)

    def drop(self, tenant_id: str, typed_slug: str, by: str, folders: Iterable[Path] = ()) -> City:
        """Remove a city for good; return what it was.

        Raises `DropRefusedError` unless the slug was typed, the city is suspended, and its newest
        export holds exactly what the city holds now.
        """
        with self._both(tenant_id=tenant_id) as (control, home):
            city = book.city_of(control, tenant_id)
            export = self._may_go(control, home, city, typed_slug)
            now = self._now()
            self._forget(control, tenant_id)
            control.execute(
                "INSERT INTO control.dropped_tenants"
                " (id, slug, name, dropped_at, dropped_by, export_sha256)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (city.id, city.slug, city.name, now, by, export),
            )
            book.log(control, city, "DROP", f"export {export}", now, by)
            book.touch(control)
            role = sql.Identifier(self.deployment.city(tenant_id))
            schema = sql.Identifier(schema_of(tenant_id))
            home.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
            home.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        return city

    def _may_go(
        self,
        control: psycopg.Connection[Any],
        home: psycopg.Connection[Any],
        city: City,
        typed_slug: str,
    ) -> str:
        if typed_slug != city.slug:
            raise DropRefusedError(f"type the slug to drop it: {city.slug!r}, not {typed_slug!r}")
        if city.state != "SUSPENDED":
            raise DropRefusedError(f"{city.slug} is in use: suspend it first")
        export = book.last_export(control, city.id)
        if export is None:
            raise DropRefusedError(f"{city.slug} was never exported: make an export first")
        if home is not control and not _is_there(home, city.id):
            return export[0]  # dropped on its server before the registry heard of it
        if export[1] != self._content(home, city.id):
            raise DropRefusedError(
                f"{city.slug} has changed since its export of {export[2]:%Y-%m-%d %H:%M}Z:"
                " make another one"
            )
        return export[0]

    def _content(self, connection: psycopg.Connection[Any], tenant_id: str) -> str:
        """Return the hash of all rows, with every table locked until the transaction ends."""
        schema = schema_of(tenant_id)
        tables = tables_in_order(connection, schema)
        try:
            lock(connection, schema, tables, "ACCESS EXCLUSIVE")
        except ArchiveProblemError as error:
            raise DropRefusedError("someone is still working in the city: try again") from error
        speak(connection)
        return fingerprint(copy_all(connection, schema, tables))

    def _forget(self, connection: psycopg.Connection[Any], tenant_id: str) -> None:
        """Delete the registry's rows that refer to the city, and the wake-ups sent for it."""
        for table in CONTROL.metadata.tables.values():
            if "tenant_id" in table.c and table.name not in HISTORY:
                text = sql.SQL("DELETE FROM {} WHERE tenant_id = %s")
                connection.execute(text.format(sql.Identifier("control", table.name)), (tenant_id,))
        connection.execute(
            "DELETE FROM jobs.procrastinate_jobs WHERE args ->> 'tenant_id' = %s"
            " AND status <> 'doing'",
            (tenant_id,),
        )
        connection.execute("DELETE FROM control.tenants WHERE id = %s", (tenant_id,))


def _is_there(home: psycopg.Connection[Any], tenant_id: str) -> bool:
    query = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
    return home.execute(query, (schema_of(tenant_id),)).fetchone() is not None
