"""What a sweep tries to get at: the ids, numbers and words of a city that is not the sender's."""

import re
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
_WORD = re.compile(r"/([a-z]{4,})(?=/)")  # a fixed part of a path
_ZIP = b"PK\x03\x04"
_KEYS = """
SELECT c.table_name FROM information_schema.columns c
WHERE c.table_schema = %s AND c.column_name = 'id' AND c.data_type = 'uuid' ORDER BY 1
"""
_POINTING = """
SELECT DISTINCT c.table_name FROM information_schema.columns c
WHERE c.table_schema = %s AND c.column_name = ANY(%s)
"""
type Places = Mapping[str, Sequence[object]]
"""What an address may say where it takes no id, by the end of its path: `"/settings/{slug}"`."""

MARK = "넘보지말것"
MARK_KEPT = "딴부서의일"
# Where the words of a city's records stand; `mark` puts a mark before each. What only some officers
# of the city may read has a mark of its own.
MARKED = (
    ("companies", "name", MARK),
    ("cases", "content", MARK_KEPT),
    ("cases", "summary", MARK_KEPT),
    ("visits", "place", MARK_KEPT),
)


@dataclass(frozen=True, slots=True)
class Prey:
    """The records of one city: ids by table, every id at all, and the mark in its words."""

    city: Tenant
    by_table: dict[str, tuple[UUID, ...]]
    marks: tuple[str, ...] = (MARK, MARK_KEPT)
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
        """Return ids that may be meant: one, if a table has the name, or of each likely table.

        If none is likely, those of every table that the path speaks of; else of all.
        """
        tables = self.tables_for(param, path)[:many]
        if tables and tables[0] in _plurals(param.removesuffix("_id")):
            return [self.by_table[tables[0]][0]]
        if not tables:
            said = [w.rstrip("s") for w in _WORD.findall(path)]
            tables = [t for t in self.by_table if any(w in t for w in said)]
        return [self.by_table[t][0] for t in tables or self.by_table]

    def one(self, param: str) -> UUID:
        """Return the likeliest id for a field of this name."""
        return self.ids_for(param)[0]

    def only(self, tables: Collection[str], marks: tuple[str, ...]) -> "Prey":
        """Return the records of some tables: what is looked for; what is aimed at stays."""
        every = frozenset(str(i) for t in tables for i in self.by_table.get(t, ()))
        return replace(self, every=every, marks=marks)

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
    """Put the marks into the words of the city's records, so that no other city has them."""
    with psycopg.connect(runtime.settings.database_url) as connection:
        for table, column, text in MARKED:
            query = sql.SQL("UPDATE {} SET {c} = {} || {c}")
            where = sql.Identifier(schema_of(city.id), table)
            connection.execute(
                query.format(where, sql.Literal(text), c=sql.Identifier(column)),
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


def tables_of(runtime: Runtime, city: Tenant, *columns: str) -> list[str]:
    """Return the tables of the city that have one of these columns: what belongs to a record."""
    with psycopg.connect(runtime.settings.database_url) as connection:
        rows = connection.execute(_POINTING, (schema_of(city.id), list(columns))).fetchall()
    return sorted(name for (name,) in rows)


def uuid_params(route: Route) -> tuple[Param, ...]:
    """Return the places of a path that take an id."""
    return tuple(p for p in route.params if p.kind is UUID)


def fillings(route: Route, theirs: Prey, places: Places | None = None) -> list[dict[str, object]]:
    """Return sets of values for the places of a path: their ids, and the words that it reads."""
    lists = {p.name: _values(route, p, theirs, places or {}) for p in route.params}
    lists = {name: values for name, values in lists.items() if values}
    most = max(map(len, lists.values()), default=1)
    return [{name: v[n % len(v)] for name, v in lists.items()} for n in range(most)]


def _values(route: Route, param: Param, theirs: Prey, places: Places) -> Sequence[object]:
    if param.kind is UUID:
        return theirs.ids_for(param.name, route.path)
    place = f"{{{param.name}}}"
    upto = route.path[: route.path.index(place) + len(place)]
    known = [end for end in places if place in end]
    fitting = [end for end in known if route.path.endswith(end) or upto.endswith(end)]
    return places[max(fitting, key=len)] if fitting else ()
