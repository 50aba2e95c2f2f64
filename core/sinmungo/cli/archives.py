"""`sinmungo tenant archive|restore`: a whole city as one file, and back."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sinmungo.cli.archive_told import Bar, bar, complain, operator, written
from sinmungo.cli.common import run, runtime
from sinmungo.cli.problems import console
from sinmungo.cli.told import CliProblemError

if TYPE_CHECKING:
    from sinmungo.app import Runtime
    from sinmungo.deploy.archives import Archives, Made

type Several = Annotated[tuple[str, ...], Parameter(negative="")]
_MEGABYTE = 1 << 20
_DAY = 86_400


def archive(
    slug: str | None = None,
    *,
    out: Path | None = None,
    every: Annotated[bool, Parameter(name="--all", negative="")] = False,
    keep_days: int = 0,
    verify: Path | None = None,
    key_file: Path | None = None,
) -> None:
    """Write a city into one file while it is in use, or check such a file.

    Exit code 1 when a city could not be archived or a file is not what its manifest says.

    Parameters
    ----------
    out
        Folder to write to; `<data>/archives` by default.
    every
        Archive every city, one after the other, going on past a failure.
    keep_days
        Delete a city's archives in that folder older than so many days, once a newer one is there.
    verify
        Read this archive to its last byte and say whether it is sound; writes nothing.
    key_file
        The deployment key under which the archive to verify was made, if not this one's.
    """
    if verify is not None:
        _verify(verify, key_file)
        return
    if (slug is None) == (not every):
        raise CliProblemError("name a city, or --all, or a file with --verify")

    async def work() -> None:
        async with runtime() as rt:
            cities = rt.registry.all() if every else [rt.registry.by_slug(slug or "")]
            slugs = {city.id: city.slug for city in cities}
            if not _archive_all(rt, slugs, out, keep_days):
                sys.exit(1)

    run(work())


def _archive_all(rt: "Runtime", slugs: dict[str, str], out: Path | None, keep_days: int) -> bool:
    import psycopg

    from sinmungo_tenants.errors import TenantsError
    from sinmungo_tenants.fleet.apply import plain

    failed = 0
    for tenant_id, slug in slugs.items():
        try:
            with bar() as shown:
                made = _archives(rt, shown).make(tenant_id, out)
        except (OSError, TenantsError) as error:
            failed += 1
            complain(f"{slug}: {error}")
            continue
        except psycopg.Error as error:  # its text may quote a row: the kind has to do
            failed += 1
            complain(f"{slug}: the database: {plain(error)}")
            continue
        size = made.file.stat().st_size / _MEGABYTE
        console.print(
            f"{slug}: {made.file} ({made.manifest.rows:,} rows, {size:.1f} MB,"
            f" {made.seconds:.1f} s)",
            soft_wrap=True,
        )
        _thin(made, slug, keep_days)
    return failed == 0


def _thin(made: "Made", slug: str, keep_days: int) -> None:
    """Delete older archives of the city beside the one that was made."""
    if keep_days <= 0:
        return
    limit = made.file.stat().st_mtime - keep_days * _DAY
    for file in made.file.parent.glob(f"{slug}-????????T?????????Z.tar"):
        if file != made.file and file.stat().st_mtime < limit:
            file.unlink()
            file.with_name(f"{file.name}.sha256").unlink(missing_ok=True)
            console.print(f"{slug}: {file.name} was older than {keep_days} days and is deleted")


def _verify(file: Path, key_file: Path | None) -> None:
    async def work() -> None:
        async with runtime() as rt:
            with bar() as shown:
                found = _archives(rt, shown).verify(file, key_file)
        console.print(
            f"{file.name} is sound: {found.city.slug} of {found.deployment},"
            f" {found.made_at:%Y-%m-%d %H:%M}Z, {len(found.tables)} tables, {found.rows:,} rows,"
            f" {len(found.files)} files"
        )

    run(work())


def restore(
    file: Path,
    *,
    slug: str = "",
    host: Several = (),
    server: str = "main",
    key_file: Path | None = None,
    without: Several = (),
    opened: Annotated[bool, Parameter(name="--open", negative="")] = False,
) -> None:
    """Make a city of an archive, upgraded if it is older; nothing is left when it fails.

    The city is suspended until `sinmungo tenant resume`: its waiting mails are not sent before you
    have looked at it.

    Parameters
    ----------
    slug
        Another slug than that of the archive; then its hosts are those of `--host` alone.
    host
        Address of the city; may be given several times.
    server
        Name of the database server that it will lie on (`sinmungo server list`).
    key_file
        The deployment key of the deployment that made the archive, if it is another one.
    without
        A plugin that is not installed here, whose tables are left out; may be given several times.
    opened
        Let the city be used at once.
    """
    from sinmungo.deploy.archives import Plan

    plan = Plan(
        slug=slug,
        hosts=host,
        server=server,
        key_file=key_file,
        without=frozenset(without),
        opened=opened,
    )

    async def work() -> None:
        async with runtime() as rt:
            with bar() as shown, written():
                found = _archives(rt, shown).restore(file, plan)
            await rt.registry.refresh(force=True)
            city = rt.registry.by_id(found.id)
            console.print(f"{city.slug}: restored as {city.id}, {found.rows:,} rows")
            if found.left_out:
                console.print(f"left out: {', '.join(found.left_out)}")
            if not city.hosts:
                console.print("it has no host: give it one in its file and apply that")
            if not opened:
                console.print(f"it is suspended: sinmungo tenant resume {city.slug}")

    run(work())


def _archives(rt: "Runtime", shown: Bar) -> "Archives":
    from sinmungo.deploy.archives import Archives

    return Archives(rt, operator(), shown)
