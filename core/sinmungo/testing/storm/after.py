"""Looks into everything once a storm is over: tables, numbers, sealed values, mails, connections.

Each function returns its faults in words; an empty list is what a wall that held leaves behind.
"""

import asyncio
import email
import email.policy
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from sinmungo.app import Runtime
from sinmungo.host.context import Ctx
from sinmungo.host.personal import unseal
from sinmungo.jobs.mail import FOLDER
from sinmungo.sealed import SealError
from sinmungo.testing.prey import collect
from sinmungo.testing.storm.tally import MARK, Tally, foreign
from sinmungo.testing.storm.towns import Town
from sinmungo_tenants.names import schema_of

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CALM_SECONDS = 15.0
_PAUSE = 0.1
_OPEN = """
SELECT pid, state, left(query, 80) FROM pg_stat_activity
WHERE datname = current_database() AND usename = %s AND state <> 'idle'
"""
_STATE = """
SELECT current_user::text, session_user::text, current_setting('role'),
       current_setting('search_path'), current_setting('statement_timeout')
"""
_LOCKS = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_SEALED = (("officers", "name"), ("submissions", "caller"), ("cases", "caller"))


async def aftermath(runtime: Runtime, towns: Sequence[Town], tally: Tally) -> list[str]:
    """Return every fault of every kind."""
    found = await left_open(runtime) + await carried_over(runtime)
    texts = {town.mark: texts_of(runtime, town) for town in towns}
    found += rows_astray(runtime, towns, texts)
    for town in towns:
        found += numbers(runtime, town) + promises(runtime, town, tally)
        found += await sealed(runtime, town)
    return found + mails(runtime)


async def left_open(runtime: Runtime, seconds: float = _CALM_SECONDS) -> list[str]:
    """Return transactions that are still open after a while, and advisory locks."""
    found: list[Any] = []
    for _ in range(int(seconds / _PAUSE)):
        with psycopg.connect(runtime.settings.database_url) as connection:
            found = connection.execute(_OPEN, (runtime.deployment.app,)).fetchall()
            locks = connection.execute(_LOCKS).fetchone()
        if not found and locks == (0,):
            return []
        await asyncio.sleep(_PAUSE)
    return [f"left open: {found}, advisory locks: {locks}"]


async def carried_over(runtime: Runtime) -> list[str]:
    """Return what the pool's connections still carry of a city: role, path, time limit."""
    pool = runtime.doors._main._pool  # noqa: SLF001 - the doors hand out no bare connection, on purpose
    limit = f"{runtime.settings.statement_timeout:g}s"
    app = runtime.deployment.app
    connections = [await pool.acquire(timeout=_CALM_SECONDS) for _ in range(pool.get_max_size())]
    try:
        states = [tuple(await c.fetchrow(_STATE)) for c in connections]
        busy = [c for c in connections if c.is_in_transaction()]
    finally:
        for connection in connections:
            await pool.release(connection)
    clean = (app, app, "none", '"$user", public', limit)
    return [f"carried over: {s}" for s in states if s != clean] + ["in a transaction"] * len(busy)


def texts_of(runtime: Runtime, town: Town) -> dict[str, list[str]]:
    """Return every row of every table of a city, as text."""
    schema = schema_of(town.city.id)
    query = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1"
    found: dict[str, list[str]] = {}
    with psycopg.connect(runtime.settings.database_url) as connection:
        for (table,) in connection.execute(query, (schema,)).fetchall():
            rows = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(schema, table))
            found[table] = [row for (row,) in connection.execute(rows).fetchall()]
    return found


def rows_astray(
    runtime: Runtime, towns: Sequence[Town], texts: dict[str, dict[str, list[str]]]
) -> list[str]:
    """Return rows that carry another city's mark, or name a record of another city."""
    owners = {i: t.mark for t in towns for i in collect(runtime, t.city).every}
    found = []
    for mark, tables in texts.items():
        for table, rows in tables.items():
            text = "\n".join(rows)
            others = {owners.get(i, mark) for i in _UUID.findall(text)} - {mark}
            found += [f"{table} of {mark} holds {f}" for f in sorted(foreign(text, mark) | others)]
        if not any(MARK.search(row) for row in tables["companies"]):
            found.append(f"no company of {mark} carries its mark")
    return found


def numbers(runtime: Runtime, town: Town) -> list[str]:
    """Return what is wrong with the case numbers of a city: 1 … last, each once, all its own."""
    numbers_of = _rows(runtime, town, "case_no", "cases")
    counters = _rows(runtime, town, "year, last", "case_numbers")
    wanted = {
        f"{town.mark.upper()}-{year}-{n:06d}" for year, last in counters for n in range(1, last + 1)
    }
    given = {number for (number,) in numbers_of}
    return [f"number {n} of {town.mark}" for n in sorted(wanted ^ given)]


def promises(runtime: Runtime, town: Town, tally: Tally) -> list[str]:
    """Return cases that were told to be made and are not there, and those made twice."""
    made = dict(_rows(runtime, town, "case_no, content", "cases"))
    broken = {n for n, text in tally.promised[town.mark].items() if made.get(n) != text}
    twice = [text for text, many in Counter(made.values()).items() if many > 1]
    return [f"promised: {n}" for n in sorted(broken)] + [f"made twice: {t}" for t in twice]


async def sealed(runtime: Runtime, town: Town) -> list[str]:
    """Return sealed names that do not open with the city's key, or open to another city's."""
    found = []
    async with runtime.work.open(town.city) as ctx:
        for table, column in _SEALED:
            for row_id, ciphertext in _rows(runtime, town, f"id, {column}_sealed", table):
                if not _is_own(ctx, column, ciphertext, row_id):
                    found.append(f"{column} in {table} of {town.mark} does not open to its own")
    return found


def _is_own(ctx: Ctx, column: str, ciphertext: bytes, row_id: UUID) -> bool:
    try:
        return unseal(ctx, column, ciphertext, row_id).startswith(ctx.city.slug)
    except SealError:
        return False


def done_jobs(runtime: Runtime, towns: Sequence[Town]) -> int:
    """Return how many jobs were done in all cities, whoever did them."""
    found = [_rows(runtime, town, "count(*)", "outbox WHERE state = 'DONE'") for town in towns]
    return sum(count for ((count,),) in found)


def mails(runtime: Runtime) -> list[str]:
    """Return mails that speak of one city to a company of another."""
    found = []
    for file in (runtime.settings.data_path / FOLDER).glob("*.eml"):
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        heads = " ".join(str(mail[name]) for name in ("From", "To", "Subject"))
        marks = {m.lower() for m in MARK.findall(f"{heads} {mail.get_content()}")}
        if len(marks) != 1:
            found.append(f"a mail speaks of {sorted(marks)}")
    return found


def _rows(runtime: Runtime, town: Town, columns: str, table: str) -> list[tuple[Any, ...]]:
    text = f"SELECT {columns} FROM {schema_of(town.city.id)}.{table}"
    with psycopg.connect(runtime.settings.database_url, row_factory=tuple_row) as connection:
        return connection.execute(text.encode()).fetchall()
