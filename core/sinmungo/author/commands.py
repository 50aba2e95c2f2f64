"""`sinmungo plugin new|dev|check`: the author's own verbs."""

import asyncio
import os
from contextlib import ExitStack
from pathlib import Path

from sinmungo.author.findings import Finding
from sinmungo.author.project import find_project
from sinmungo.author.scaffolding import scaffold
from sinmungo.cli.problems import console, told
from sinmungo.cli.told import CliProblemError


def new(slug: str, *, title: str = "새 사업", folder: Path = Path()) -> None:
    """Write a plugin's first project: typed, with passing tests and its own CI script.

    Parameters
    ----------
    slug
        Name in addresses and of tables: a-z, 0-9 and _, at most 20.
    title
        What the programme is called, in Korean.
    folder
        Where to put the project's folder.
    """
    with told():
        files = scaffold(slug, title, folder)
    root = folder / files[0].relative_to(folder).parts[0]
    console.print(f"{root}: {len(files)} files")
    console.print(f"  sinmungo plugin dev {root}     a demo city with it, reloaded on change")
    console.print(f"  sinmungo plugin check {root}   the conformance kit")


def check(plugin: str, *, screens: bool = True) -> None:
    """Try everything that a plugin contributes and name each mistake with its place and remedy.

    Parameters
    ----------
    plugin
        An installed plugin's slug, or a project's folder.
    screens
        Look at the screens in a Chromium, if there is one.
    """
    from sinmungo.author.checking import check as run

    with told(), ExitStack() as stack:
        project = find_project(plugin)
        findings = asyncio.run(run(project, _server(stack), console.print, look=screens))
    _show(findings)
    errors = sum(f.level == "error" for f in findings)
    if errors:
        raise CliProblemError(f"{project.slug}: {errors} to mend")
    console.print(f"{project.slug}: 고칠 것이 없습니다")


def _server(stack: ExitStack) -> str:
    """Return the address of the server that tests are given, or of one that is thrown away."""
    from sinmungo_tenants.server.scratch import scratch_server

    return os.environ.get("SINMUNGO_TEST_DSN") or stack.enter_context(scratch_server()).dsn


def _show(findings: list[Finding]) -> None:
    for found in findings:
        console.print(f"{found.place}: {found.level}: {found.what}", soft_wrap=True, markup=False)
        console.print(f"    → {found.remedy}", soft_wrap=True, markup=False)


def dev(folder: Path, *, port: int = 8000, data: Path | None = None) -> None:
    """Start a demo city with a plugin on; a changed file reloads it, a new revision is applied.

    Parameters
    ----------
    folder
        The plugin's project.
    port
        Port of the web server on this machine.
    data
        Folder for the database, keys and files; by default `.sinmungo` in the project.
    """
    from sinmungo.author.dev import develop

    with told():
        develop(find_project(str(folder)), port, (data or folder / ".sinmungo").absolute())
