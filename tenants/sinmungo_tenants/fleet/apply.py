"""One component of one schema from where it is to its newest revision, statement by statement."""

import time
from collections.abc import Callable
from typing import Any

import psycopg

from sinmungo_tenants import migrate
from sinmungo_tenants.batch import in_one_message
from sinmungo_tenants.chain import chain
from sinmungo_tenants.components import Component
from sinmungo_tenants.errors import TenantsError

type Heard = Callable[[str, float], None]

_PLAIN = {
    "55P03": "a table stayed in use: a long query or an open transaction did not let go in time",
    "40P01": "deadlock with a request that was being served",
    "57014": "cancelled",
    "57P01": "the server ended the connection",
    "57P02": "the server ended the connection",
    "08006": "the connection was lost",
}


class StepFailedError(TenantsError):
    """A revision failed; the text says which and why, without any value of a row."""

    code = "tenants.step"


def at(connection: psycopg.Connection[Any], component: Component, schema: str) -> str:
    """Return the revision a city is on and keep it, so that nobody else upgrades it meanwhile."""
    query = f"SELECT version_num FROM {schema}.{component.version_table} FOR UPDATE"
    try:
        row = connection.execute(query.encode()).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        row = None
    if row is None:
        raise StepFailedError(f"the city has no tables of {component.name}")
    return str(row[0])


def pending(component: Component, revision: str) -> tuple[migrate.Step, ...]:
    """Return the revisions after this one, oldest first; `StepFailedError` if it is unknown."""
    if revision not in chain(component):
        raise StepFailedError(f"the city is on {component.name} {revision}: this code has it not")
    return migrate.steps(component, revision)


def creates_tables(steps: tuple[migrate.Step, ...]) -> bool:
    """Whether a step makes a table, on which the city's role then needs its rights."""
    return any("CREATE TABLE" in text for step in steps for text in step.statements)


def advance(
    connection: psycopg.Connection[Any],
    component: Component,
    schema: str,
    steps: tuple[migrate.Step, ...],
    heard: Heard = lambda _revision, _seconds: None,
) -> None:
    """Run steps inside the caller's transaction and stamp the last; raise `StepFailedError`.

    `heard` is told each revision and its seconds.
    """
    texts = [f"SET LOCAL search_path = {schema}"]
    for step in steps:
        texts += step.statements
        if step is steps[-1]:
            texts.append(f"UPDATE {component.version_table} SET version_num = '{step.revision}'")
        started = time.perf_counter()
        try:
            connection.execute(in_one_message(texts).encode())
        except psycopg.Error as error:
            raise StepFailedError(f"{component.name} {step.revision}: {plain(error)}") from error
        heard(step.revision, time.perf_counter() - started)
        texts = []


def plain(error: psycopg.Error) -> str:
    """Say what went wrong by kind and place; the server's text may quote a row, so it is left."""
    state = error.sqlstate or ""
    if state in _PLAIN:
        return _PLAIN[state]
    if not state:
        return _PLAIN["08006"]
    names = (error.diag.table_name, error.diag.column_name, error.diag.constraint_name)
    place = ", ".join(n for n in names if n)
    return f"{type(error).__name__} ({state})" + (f" at {place}" if place else "")
