"""`sinmungo plugin check`: the conformance kit, from reading the code to looking at the screens.

What can be read is read first, so that a plugin that cannot be loaded still gets its list. Then it
is loaded strictly and tried on a server that is thrown away.
"""

import os
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

from sinmungo.author import acts, screens, steps, uses
from sinmungo.author.code_checks import code_findings
from sinmungo.author.declared_checks import declared_findings
from sinmungo.author.faults import told
from sinmungo.author.findings import Finding, Place, Sources
from sinmungo.author.migration_checks import migration_findings
from sinmungo.author.project import Project, make_importable
from sinmungo.author.template_checks import template_findings
from sinmungo.author.trial import Trial, trial
from sinmungo.host.host import Host
from sinmungo.host.loader import discover, load
from sinmungo.slices import CORE_SLICES
from sinmungo.testing.database import fresh_database

type Say = Callable[[str], None]
_NAME = f"check_{os.getpid()}"


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
    found += declared_findings(loaded, loaded.plugins[project.slug], sources)
    found += migration_findings(sources, loaded, fresh_database(server_dsn, _NAME))
    if any(f.check == "migration" and f.level == "error" for f in found):
        return tell(found)
    with tempfile.TemporaryDirectory(prefix="sinmungo-check-") as folder:
        dsn = fresh_database(server_dsn, _NAME)
        try:
            async with trial(project, sources, loaded, dsn, Path(folder)) as made:
                async for finding in _tried(made, dsn, say, look=look):
                    found.append(finding)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin raises is told to its author
            place = sources.raised(error) or sources.start
            remedy = "mend the line; nothing of the plugin could be tried"
            what = f"it breaks the trial: {told(error)}"
            found.append(Finding("trial", place, what, remedy))
    return tell(found)


async def _tried(made: Trial, dsn: str, say: Say, *, look: bool) -> AsyncIterator[Finding]:
    said = (
        ("모든 화면과 API를 열어 봅니다", steps.opened(made)),
        ("권한 없이, 다른 도시의 번호로 두드려 봅니다", steps.refused(made)),
        ("설정, 개통 점검, 도움말, 참고 말을 써 봅니다", uses.used(made)),
        ("화면을 브라우저로 봅니다", _screens(made, say, look=look)),
        ("껐다 켜 봅니다", steps.switched(made)),
        ("빈 양식을 보내 봅니다", acts.sent(made)),
        ("뒷일(job)을 시켜 봅니다", steps.worked(made)),
        ("업체를 합치고, 파기하고, 다른 도시에 물려줘 봅니다", uses.moved(made)),
        ("지우고 남은 것을 찾습니다", steps.removed(made, dsn)),
    )
    for words, step in said:
        say(words)
        async for finding in step:
            yield finding
        await steps.started_again(made)


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
        return _not_loaded(sources, error)


def _not_loaded(sources: Sources, error: BaseException) -> Finding:
    """Return why a plugin cannot be loaded, at the line that the error names."""
    said = str(error)
    kind = "permission" if "declares no permission" in said else "load"
    place = sources.raised(error) or _named(sources, said)
    remedy = next((r for words, r in _REMEDIES if words in said), "mend what the message names")
    return Finding(kind, place, f"it cannot be loaded: {told(error)}", remedy)


def _named(sources: Sources, said: str) -> Place:
    """Return the place of the first thing of the plugin that a message names."""
    quoted = re.findall(r"'([^']+)'", said)
    names = [*re.findall(r"[A-Z]\w+\.\w+", said), *quoted]
    defined = (sources.defining(name) for name in names)
    found = (sources.saying(name) for name in quoted)
    return next((p for p in (*defined, *found) if p and p != sources.start), sources.start)


_REMEDIES = (
    ("must begin with", "call it so: by what its name begins with, a purge finds what is yours"),
    ("hookimpl definition", "give the hook the arguments of docs/reference/hooks.md, by name"),
    ("unknown hook", "docs/reference/hooks.md has every hook; mark nothing else with @hookimpl"),
    ("has no default", "give the setting a default: every city begins with one"),
    ("has no field for", "a setting is a number, text, day, yes/no, choice, or a list of these"),
    ("which is not there", "install what is required beside it, or leave it out of requires"),
    ("needs sdk", 'name the versions it works with: requires_sdk=">=1.0,<2"'),
    ("cannot import name", "docs/reference/sdk.md has every name of the sdk"),
    ("No module named", "mend the import, or name the package in pyproject.toml and install it"),
    ("belongs to core", "choose another slug: this one is taken"),
    ("declares no permission", "add opt=needs(PERMISSION), or opt=public() if anyone may call it"),
)


def _required(project: Project) -> frozenset[str]:
    """Return what the plugin's manifest requires."""
    module = project.entry.load()
    return frozenset(module.sinmungo_manifest().requires)


def tell(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings once each, errors first, by place."""
    once = dict.fromkeys(findings)
    return sorted(once, key=lambda f: (f.level, f.place.file, f.place.line))
