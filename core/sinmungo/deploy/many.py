"""Many cities in one go: each in a transaction of its own, and one that fails stops no other.

The list may be given again: cities that are there already are passed over, so what failed is tried
anew by the same command.
"""

import asyncio
import csv
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg
from asyncpg import PostgresError

from sinmungo.deploy.cities import Cities, CityFile, read_files
from sinmungo.deploy.first_admin import FirstAdmin
from sinmungo.deploy.problems import CityFileProblemError, DeployProblemError
from sinmungo.deploy.templates import Template
from sinmungo.errors import SinmungoError
from sinmungo_tenants import Tenant, TenantsError

COLUMNS = ("slug", "name", "hosts", "service_name", "kind", "server", "admin", "admin_name")
_NEEDED = ("slug", "name")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A city of the list, and where in the list it stands."""

    where: str
    file: CityFile
    admin: FirstAdmin | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one: MADE, THERE (it was there before), or FAILED and why."""

    where: str
    slug: str
    state: Literal["MADE", "THERE", "FAILED"]
    reason: str = ""
    link: str = ""
    seconds: float = 0.0


def read_list(source: Path, template: Template) -> list[Wanted]:
    """Return the cities of a CSV file or of a folder of city files.

    Raises `CityFileProblemError` naming the file and line; a list is taken as a whole or not.
    """
    if source.is_dir():
        return [Wanted(f"{file.slug}.toml", file) for file in read_files(source)]
    try:
        with source.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, restkey=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CityFileProblemError(f"{source.name}: {error}") from error
    wanted = [_wanted(f"{source.name}:{n}", row, template) for n, row in enumerate(rows, start=2)]
    _refuse_twice(wanted)
    return wanted


def _wanted(where: str, row: dict[str, str], template: Template) -> Wanted:
    unknown = [name for name in row if name not in COLUMNS]
    if unknown:
        raise CityFileProblemError(f"{where}: columns are {', '.join(COLUMNS)}, not {unknown[0]!r}")
    given = {name: (row.get(name) or "").strip() for name in COLUMNS}
    missing = [name for name in _NEEDED if not given[name]]
    if missing:
        raise CityFileProblemError(f"{where}: {', '.join(missing)} is missing")
    file = template.city(
        given["slug"],
        given["name"],
        hosts=tuple(given["hosts"].split()),
        service_name=given["service_name"],
        kind=given["kind"],
        server=given["server"],
    )
    login = given["admin"]
    admin = FirstAdmin(login, given["admin_name"] or given["name"]) if login else None
    return Wanted(where, file, admin)


def _refuse_twice(wanted: Iterable[Wanted]) -> None:
    seen: dict[str, str] = {}
    for one in wanted:
        for key in (f"slug {one.file.slug}", *(f"host {h.lower()}" for h in one.file.hosts)):
            if key in seen:
                raise CityFileProblemError(f"{one.where}: {key} stands in {seen[key]} already")
            seen[key] = one.where


async def add_many(
    cities: Cities,
    wanted: Sequence[Wanted],
    *,
    like: Tenant | None = None,
    workers: int = 2,
    opened: bool = False,
    step: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Make the cities that are not there yet, `workers` at a time; `step` is told of each."""
    gate, found = asyncio.Semaphore(workers), []

    async def one(item: Wanted) -> Outcome:
        async with gate:
            outcome = await _try(cities, item, like, opened=opened)
        step(outcome)
        return outcome

    found = await asyncio.gather(*(one(item) for item in wanted))
    await cities.runtime.registry.refresh(force=True)
    return list(found)


async def _try(cities: Cities, item: Wanted, like: Tenant | None, *, opened: bool) -> Outcome:
    slug, started = item.file.slug, time.perf_counter()
    if cities.find(slug):
        return Outcome(item.where, slug, "THERE")
    if absent := cities.absent(item.file):
        return Outcome(item.where, slug, "FAILED", f"{absent[0]} is not installed here")
    try:
        made = await cities.make(item.file, like=like, admin=item.admin, opened=opened)
    except (DeployProblemError, SinmungoError, TenantsError) as error:
        return Outcome(item.where, slug, "FAILED", str(error))
    except (PostgresError, psycopg.Error, OSError) as error:
        return Outcome(item.where, slug, "FAILED", f"database: {type(error).__name__}")
    except Exception as error:  # noqa: BLE001 - a seed may raise anything; the others go on
        return Outcome(item.where, slug, "FAILED", f"{type(error).__name__}: {error}")
    return Outcome(item.where, slug, "MADE", "", made.link, time.perf_counter() - started)
