"""`sinmungo plugin check`: the conformance kit, from reading the code to looking at the screens.

What can be read is read first, so that a plugin that cannot be loaded still gets its list. Then it
is loaded strictly and tried on a server that is thrown away.
"""

import os
import tempfile
import traceback
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import psycopg

from sinmungo.author import screens, steps
from sinmungo.author.code_checks import code_findings
from sinmungo.author.declared_checks import declared_findings
from sinmungo.author.findings import Finding, Place, Sources
from sinmungo.author.project import Project, make_importable
from sinmungo.author.template_checks import template_findings
from sinmungo.author.trial import Trial, trial
from sinmungo.component import COMPONENT
from sinmungo.host.host import Host
from sinmungo.host.loader import discover, load
from sinmungo.slices import CORE_SLICES
from sinmungo.testing.database import fresh_database
from sinmungo_tenants import Component
from sinmungo_tenants.autogen import difference
from sinmungo_tenants.migrate import upgrade

type Say = Callable[[str], None]


async def check(project: Project, server_dsn: str, say: Say, *, look: bool = True) -> list[Finding]:
    """Return every mistake of a plugin; `server_dsn` is a superuser's address of a scratch server.

    Takes half a minute or more, most of it for made-up records and for the screens, which are left
    out without `look`.
    """
    sources = Sources(project)
    say("코드와 화면 틀을 읽습니다")
    found = [*code_findings(sources), *template_findings(project)]
    say("플러그인을 불러옵니다")
    loaded = _load(project, sources)
    if isinstance(loaded, Finding):
        covered = any(f.level == "error" for f in found)
        return tell(found if covered and loaded.check == "permission" else [*found, loaded])
    found += _migrations(project, loaded, server_dsn)
    if any(f.check == "migration" for f in found):
        return tell(found)
    with tempfile.TemporaryDirectory(prefix="sinmungo-check-") as folder:
        dsn = fresh_database(server_dsn, f"check_{os.getpid()}")
        try:
            async with trial(project, sources, loaded, dsn, Path(folder)) as made:
                found += declared_findings(loaded, made.plugin, made.own, sources)
                async for finding in _tried(made, dsn, say, look=look):
                    found.append(finding)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin raises is told to its author
            found.append(_raised(project, sources, error, "trial", "it breaks the trial"))
    return tell(found)


async def _tried(made: Trial, dsn: str, say: Say, *, look: bool) -> AsyncIterator[Finding]:
    said = (
        ("모든 화면과 API를 열어 봅니다", steps.opened(made)),
        ("권한 없이, 다른 도시의 번호로 두드려 봅니다", steps.refused(made)),
        ("뒷일(job)을 시켜 봅니다", steps.worked(made)),
        ("화면을 브라우저로 봅니다", _screens(made, say, look=look)),
        ("껐다 켜 봅니다", steps.switched(made)),
        ("지우고 남은 것을 찾습니다", steps.removed(made, dsn)),
    )
    for words, step in said:
        say(words)
        async for finding in step:
            yield finding


async def _screens(made: Trial, say: Say, *, look: bool) -> AsyncIterator[Finding]:
    missing = screens.why_not() if look else "--no-screens"
    if missing:
        say(f"  건너뜁니다: {missing}")
        return
    async for finding in screens.looked_at(made):
        yield finding


def _load(project: Project, sources: Sources) -> Host | Finding:
    """Load the plugin strictly, with those that it requires; or say why it cannot be."""
    make_importable(project)
    os.environ["SINMUNGO_STRICT_PLUGINS"] = "1"
    try:
        wanted = _required(project)
        others = [e for e in discover() if e.name in wanted and e.name != project.slug]
        return load(CORE_SLICES, [*others, project.entry])
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever importing a plugin raises is told to its author
        kind = "permission" if "declares no permission" in str(error) else "load"
        return _raised(project, sources, error, kind, "it cannot be loaded")


def _raised(
    project: Project, sources: Sources, error: BaseException, check: str, what: str
) -> Finding:
    """Return an error as a finding, at the last line of the plugin that it passed through."""
    chain = [error]
    while (before := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(before)
    frames = [f for e in chain for f in reversed(traceback.extract_tb(e.__traceback__))]
    own = next((f for f in frames if Path(f.filename).is_relative_to(project.package)), None)
    place = sources.start
    if own is not None:
        place = Place(project.shown(Path(own.filename)), own.lineno or 1)
    said = f"{what}: {type(error).__name__}: {error}"
    return Finding(check, place, said, "mend what the message names")


def _required(project: Project) -> frozenset[str]:
    """Return what the plugin's manifest requires."""
    module = project.entry.load()
    return frozenset(module.sinmungo_manifest().requires)


def _migrations(project: Project, host: Host, server_dsn: str) -> list[Finding]:
    """Compare the models with what the revisions make."""
    component = host.plugins[project.slug].manifest.component
    if component is None:
        return []
    place = Place(project.shown(component.scripts / "versions"), 0)
    remedy = f'sinmungo revision {project.slug} "what changed", and read what it wrote'
    try:
        different = _difference(component, fresh_database(server_dsn, f"check_{os.getpid()}"))
    except (psycopg.Error, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        return [Finding("migration", place, f"a revision fails: {first}", "mend the revision")]
    return [
        Finding("migration", place, f"models and revisions differ: {_told(item)}", remedy)
        for item in different
    ]


def _difference(component: Component, dsn: str) -> list[object]:
    from sinmungo_tenants.provision import add_extensions

    with psycopg.connect(dsn) as connection:
        add_extensions(connection)
        connection.execute("CREATE SCHEMA scratch")
        for part in {COMPONENT.name: COMPONENT, component.name: component}.values():
            upgrade(connection, part, "scratch")
    return list(difference(dsn, component, "scratch"))


def _told(item: object) -> str:
    words = item[0] if isinstance(item, list) else item
    parts = [str(getattr(w, "name", w)) for w in words] if isinstance(words, tuple) else [str(item)]
    return " ".join(p for p in parts if p != "None")[:120]


def tell(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings once each, errors first, by place."""
    once = dict.fromkeys(findings)
    return sorted(once, key=lambda f: (f.level, f.place.file, f.place.line))
