"""What a sweep tries to get at: the ids, numbers and words of a city that is not the sender's."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from uuid import UUID

import httpx
import psycopg
from psycopg import sql

from sinmungo.app import Runtime
from sinmungo.testing.sweep import Param, Route
from sinmungo_tenants import Tenant
from sinmungo_tenants.names import schema_of

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ZIP = b"PK\x03\x04"
_KEYS = """
SELECT c.table_name FROM information_schema.columns c
WHERE c.table_schema = %s AND c.column_name = 'id' AND c.data_type = 'uuid' ORDER BY 1
"""
MARK = "넘보지말것"
# Where the words of a city's records stand; `mark` puts the mark before each.
MARKED = (("companies", "name"), ("cases", "content"), ("cases", "summary"), ("visits", "place"))


@dataclass(frozen=True, slots=True)
class Prey:
    """The records of one city: ids by table, every id at all, and the mark in its words."""

    city: Tenant
    by_table: dict[str, tuple[UUID, ...]]
    marks: tuple[str, ...] = (MARK,)
    every: frozenset[str] = field(default_factory=frozenset)

    def tables_for(self, param: str, path: str = "") -> list[str]:
        """Return the tables that a parameter's name may mean, the likeliest first, none empty."""
        stem = param.removesuffix("_id")
        words = {*path.replace("-", "_").split("/"), *path.replace("/", "_").split("_")}

        def rank(table: str) -> tuple[bool, bool, int]:
            own = table.rpartition("_")[2] in _plurals(stem) or table in _plurals(stem)
            return (not own, not any(w and w in table for w in words), len(table))

        fitting = [t for t in self.by_table if any(p in t for p in _plurals(stem))]
        return sorted(fitting, key=rank)

    def ids_for(self, param: str, path: str = "", many: int = 2) -> list[UUID]:
        """Return ids that may be meant, one of each likely table; of every kind if none is."""
        tables = self.tables_for(param, path)
        if tables:
            return [self.by_table[t][0] for t in tables[:many]]
        return [ids[0] for ids in self.by_table.values()]

    def one(self, param: str) -> UUID:
        """Return the likeliest id for a field of this name."""
        return self.ids_for(param)[0]

    def seen_in(self, answer: httpx.Response, sent: str) -> str:
        """Return an id or a marked word of this city that an answer holds, but for what was sent.

        Looks into zipped files (XLSX) too.
        """
        text = _text_of(answer)
        for mark in self.marks:
            if mark in text:
                return mark
        known = self.every.intersection(_UUID.findall(text))
        return next((i for i in sorted(known) if i not in sent), "")


def _plurals(stem: str) -> tuple[str, ...]:
    if stem.endswith("y"):
        return (stem[:-1] + "ies",)
    return (stem + "s", stem + "es") if stem.endswith(("s", "x", "h")) else (stem + "s",)


def _text_of(answer: httpx.Response) -> str:
    if not answer.content.startswith(_ZIP):
        return answer.text
    with zipfile.ZipFile(BytesIO(answer.content)) as file:
        return "\n".join(file.read(n).decode("utf-8", "replace") for n in file.namelist())


def mark(runtime: Runtime, city: Tenant) -> None:
    """Put the mark into the words of the city's records, so that no other city has them."""
    with psycopg.connect(runtime.settings.database_url) as connection:
        for table, column in MARKED:
            query = sql.SQL("UPDATE {} SET {c} = {} || {c}")
            where = sql.Identifier(schema_of(city.id), table)
            connection.execute(
                query.format(where, sql.Literal(MARK), c=sql.Identifier(column)),
            )


def collect(runtime: Runtime, city: Tenant) -> Prey:
    """Return every id of the city."""
    schema = schema_of(city.id)
    found: dict[str, tuple[UUID, ...]] = {}
    with psycopg.connect(runtime.settings.database_url) as connection:
        for (table,) in connection.execute(_KEYS, (schema,)).fetchall():
            query = sql.SQL("SELECT id FROM {} ORDER BY id DESC")
            rows = connection.execute(query.format(sql.Identifier(schema, table))).fetchall()
            if rows:
                found[table] = tuple(i for (i,) in rows)
    every = frozenset(str(i) for ids in found.values() for i in ids)
    return Prey(city, found, every=every)


def empty_tables(runtime: Runtime, prey: Prey) -> list[str]:
    """Return the tables with ids that hold no row: nothing was there to get at."""
    schema = schema_of(prey.city.id)
    with psycopg.connect(runtime.settings.database_url) as connection:
        names = [t for (t,) in connection.execute(_KEYS, (schema,)).fetchall()]
    return [name for name in names if name not in prey.by_table]


def uuid_params(route: Route) -> tuple[Param, ...]:
    """Return the places of a path that take an id."""
    return tuple(p for p in route.params if p.kind is UUID)


def fillings(route: Route, theirs: Prey) -> list[dict[str, object]]:
    """Return sets of values for the places of a path: their ids."""
    places = uuid_params(route)
    if not places:
        return [{}]
    lists: Sequence[list[UUID]] = [theirs.ids_for(p.name, route.path) for p in places]
    most = max(len(ids) for ids in lists)
    return [
        {p.name: ids[n % len(ids)] for p, ids in zip(places, lists, strict=True)}
        for n in range(most)
    ]
