"""The conformance kit: sound plugins pass, and each planted mistake is named with its place."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sinmungo.author import screens
from sinmungo.author.checking import check as run_check
from sinmungo.author.project import find_project
from sinmungo.author.scaffolding import scaffold

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "fixtures" / "example_plugin"
CITIES = sorted(p.parent for p in (ROOT / "plugins").glob("*/pyproject.toml"))
LINE = re.compile(
    r"^(?P<file>[^\s:]+):(?P<line>\d+): (?P<level>error|warning): (?P<what>.*)$", re.MULTILINE
)
pytestmark = pytest.mark.timeout(900)


def check(folder: Path, dsn: str, *words: str) -> tuple[int, str]:
    """Run the kit in a process of its own, as an author does."""
    done = subprocess.run(
        [sys.executable, "-m", "sinmungo.cli", "plugin", "check", str(folder), *words],
        env={**os.environ, "SINMUNGO_TEST_DSN": dsn, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def found(output: str) -> dict[str, tuple[str, int]]:
    """Return what was said, with its place."""
    return {m["what"]: (m["file"], int(m["line"])) for m in LINE.finditer(output)}


def mistake(project: Path, file: str, old: str, new: str) -> None:
    """Put a mistake into a file of the project."""
    path = project / "sinmungo_planted" / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1, (file, old)
    path.write_text(text.replace(old, new), "utf-8")


def line_of(project: Path, file: str, text: str) -> tuple[str, int]:
    """Return the place of a text that stands once in a file."""
    lines = (project / "sinmungo_planted" / file).read_text("utf-8").splitlines()
    (number,) = [n for n, line in enumerate(lines, 1) if text in line]
    return f"sinmungo_planted/{file}", number


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    scaffold("planted", "심은 실수", tmp_path)
    return tmp_path / "sinmungo-planted"


LIST = "programme/templates/planted/programme/list.html"
READ_IN_CALL = """\
    from sinmungo.sdk import read
    from sinmungo_planted.programme.models import members

    await ctx.db.all(read(select(members.c.note), str))
    return await ctx.db.all(q.LIST, after=after, limit=limit)"""
FOREIGN_IMPORT = """\
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sinmungo.host.models import events
"""
SERVICE, EVENTS = "programme/service.py", "programme/events.py"
# What is said → where it is planted, what is there before and after, and the line it is named by.
STATIC = {
    "imports sinmungo.host.models": (
        SERVICE,
        "from uuid import UUID\n",
        FOREIGN_IMPORT,
        "from sinmungo.host.models",
    ),
    "reads the machine's clock (datetime.now)": (
        SERVICE,
        "    line = clean(note)\n",
        "    line = clean(note)\n    assert datetime.now()\n",
        "datetime.now()",
    ),
    "builds a statement in every call of list_members": (
        SERVICE,
        "    return await ctx.db.all(q.LIST, after=after, limit=limit)",
        READ_IN_CALL,
        "read(select(",
    ),
    "a script or style in the page": (
        LIST,
        '<div class="stack">',
        '<div style="color: red">',
        "style=",
    ),
    "'Members' is not Korean": (
        LIST,
        "{{ f.error_summary(errors) }}",
        "{{ f.error_summary(errors) }}\n<h2>Members</h2>",
        "<h2>Members",
    ),
    "a form without the token": (LIST, "  {{ f.csrf(csrf_token) }}\n", "", "<form "),
    "Left is in no slice's events": (EVENTS, "(Joined, Left)", "(Joined,)", "class Left("),
    "Joined.contact_name looks like a personal value": (
        EVENTS,
        '    title: ClassVar[str] = "참여 시작"\n',
        '    title: ClassVar[str] = "참여 시작"\n    contact_name: str = ""\n',
        "class Joined(",
    ),
    "the page leads to nowhere, which is not there": (
        "guide/programme.md",
        "(/help/companies)",
        "(/help/nowhere)",
        "# 심은 실수",
    ),
    "names the role 'CLERK'": (
        "programme/permissions.py",
        '"AUDITOR",',
        '"CLERK",',
        '"CLERK",',
    ),
}
SETTINGS = """
from typing import Annotated

import msgspec

from sinmungo.sdk import about


class Settings(msgspec.Struct, frozen=True):
    seats: Annotated[int, about("Seats")] = 3
    price: Annotated[int, about("값", unit="원")] = 3
    lead: Annotated[str, about("머리말", max_length=3)] = "너무 긴 머리말"
"""
HINTS = """

@hookimpl
async def company_hints(ctx, company_id):
    return [{}["hint"]]
"""
REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("CREATE SEQUENCE strays_of_it")
    op.add_column("planted_members", sa.Column("gone", sa.Text()))
    op.drop_column("planted_members", "gone")
"""
EXTRA = """
from datetime import date

from sinmungo.sdk import Check, Finding, Job, RetentionRule, list_companies, set_setting
from sinmungo_planted.programme import service
from sinmungo_planted.programme.models import members


async def demo(ctx, table):
    for company in (await list_companies(ctx, size=3))[:3]:
        row = await service.join(ctx, company.id, "말")
    await service.leave(ctx, row.id, row.row_version)


async def seed(ctx, table):
    await set_setting(ctx, "stray.key", 1)


async def ready(ctx):
    return "all well"


async def nightly(ctx, subject_id):
    raise LookupError(subject_id)


CHECKS = (Check("planted.ready", "준비", "까닭", "/admin/planted/nowhere", ready),)
JOBS = (Job("planted.nightly", nightly, nightly=True),)
RETENTION = (
    RetentionRule(
        code="planted.notes",
        title="메모",
        what="메모",
        subject="planted_member",
        years=1,
        least=3,
        source="관행",
        table=members,
        ended=members.c.left_on,
        label=members.c.left_on,
        held=members.c.note.is_not(None),
    ),
)
EXTRA = {"seed": seed, "demo": demo, "checks": CHECKS, "jobs": JOBS, "retention": RETENTION}
"""
SLICE = "programme/__init__.py"
LIVE_FILES = {
    "settings.py": SETTINGS,
    "programme/extra.py": EXTRA,
    "migrations/versions/0002_stray.py": REVISION,
}
# What is there before and after, by file.
LIVE_EDITS = (
    (
        "programme/api.py",
        '        """List the companies."""\n',
        '        """List the companies."""\n        _ = 1 // len([])\n',
    ),
    (SERVICE, "    await company_brief(ctx, company_id)\n    return", "    return"),
    (
        "programme/pages.py",
        "        company = await company_brief(ctx, company_id)\n",
        '        company = {"name": "", "id": company_id}\n',
    ),
    (
        "programme/pages.py",
        'member_id, form.number("row_version") or 0)',
        'member_id, int(form["row_version"]))',
    ),
    (LIST, "</form>", '<input type="text" name="bare"></form>'),
    (
        "__init__.py",
        "from sinmungo_planted.programme import",
        "from sinmungo_planted.settings import Settings\nfrom sinmungo_planted.programme import",
    ),
    ("__init__.py", "    guide=", "    settings=Settings,\n    guide="),
    (SLICE, "    events=EVENTS,", "    events=EVENTS, **EXTRA,"),
    (SLICE, "one_per=(), one_while=still_in", "one_per=None"),
    (
        SLICE,
        "SLICE = Slice(",
        "from sinmungo_planted.programme.extra import EXTRA\n\nSLICE = Slice(",
    ),
)
# What is said → the place it is named by.
LIVE = {
    "GET /api/v1/planted/programme answers 500": ("programme/api.py", "_ = 1 // len([])"),
    "ZeroDivisionError": ("programme/api.py", "_ = 1 // len([])"),
    "merging two companies fails at planted_members.company_id: UniqueViolationError": (
        "programme/models.py",
        'f"{SLUG}_members"',
    ),
    "another city's id is answered: GET /office/planted/programme/panel/": (
        "programme/pages.py",
        '@get("/panel/',
    ),
    "sent empty answers 500": ("programme/pages.py", 'int(form["row_version"])'),
    "the setting 'seats' has no Korean title": ("settings.py", "seats:"),
    "the setting 'price' takes any number": ("settings.py", "price:"),
    "saving": ("settings.py", "class Settings("),
    "the check planted.ready returns str": ("programme/extra.py", "async def ready("),
    "the check planted.ready leads to /admin/planted/nowhere": ("programme/extra.py", "CHECKS ="),
    "the job planted.nightly raises for a record that is gone: LookupError": (
        "programme/extra.py",
        "raise LookupError",
    ),
    "company_hints fails: KeyError": ("__init__.py", '{}["hint"]'),
    "planted.notes destroys after 1 years, 3 are the least": ("programme/extra.py", "code="),
    "planted.notes: 1 of 1 still hold what was destroyed": ("programme/extra.py", "code="),
    "a revision takes away what code before it uses (drop_column)": (
        "migrations/versions/0002_stray.py",
        "op.drop_column",
    ),
    "after purging there is still relation strays_of_it": (
        "migrations/versions/0002_stray.py",
        "CREATE SEQUENCE",
    ),
    "after purging there is still setting stray.key": ("programme/extra.py", '"stray.key"'),
}


def test_each_planted_mistake_is_named_with_its_place(planted, server_dsn):
    """Everything that leaves the plugin able to run, tried at once, with its screens."""
    for file, old, new, _ in STATIC.values():
        mistake(planted, file, old, new)
    for file, text in LIVE_FILES.items():
        (planted / "sinmungo_planted" / file).write_text(text, "utf-8")
    for file, old, new in LIVE_EDITS:
        mistake(planted, file, old, new)
    with (planted / "sinmungo_planted" / "__init__.py").open("a", encoding="utf-8") as module:
        module.write(HINTS)
    code, output = check(planted, server_dsn)
    assert code == 1, output
    said = found(output)
    named = {**{what: (s[0], s[3]) for what, s in STATIC.items()}, **LIVE}
    for what, (file, at) in named.items():
        places = {place for told, place in said.items() if what in told}
        assert places == {line_of(planted, file, at)}, (what, output)
    assert output.count("\n    → ") == len(LINE.findall(output))
    if not screens.why_not():
        (label,) = {place for told, place in said.items() if "label: " in told}
        assert label == line_of(planted, LIST, 'name="bare"')


# What keeps a plugin from being loaded: what is said, where it is planted, before, after, the line.
BROKEN = {
    "MemberApi.get_one declares no permission": (
        "programme/api.py",
        '@get("/{member_id:uuid}", opt=needs(READ))',
        '@get("/{member_id:uuid}")',
        '@get("/{member_id:uuid}")',
    ),
    "table 'other_members' must begin with": (
        "programme/models.py",
        '    f"{SLUG}_members",',
        '    "other_members",',
        "other_members",
    ),
    "permission 'programme_read' must begin with": (
        "programme/permissions.py",
        'READ = f"{SLUG}.programme_read"',
        'READ = "programme_read"',
        "READ =",
    ),
    "Argument(s) {'evt'} are declared": (
        "__init__.py",
        "@hookimpl\ndef sinmungo_slices",
        "@hookimpl\nasync def on_event(ctx, evt): ...\n\n\n@hookimpl\ndef sinmungo_slices",
        "on_event(ctx, evt)",
    ),
    "unknown hook 'on_evnt'": (
        "__init__.py",
        "@hookimpl\ndef sinmungo_slices",
        "@hookimpl\nasync def on_evnt(ctx): ...\n\n\n@hookimpl\ndef sinmungo_slices",
        "on_evnt(ctx)",
    ),
    "cannot import name 'company_of'": (
        "programme/service.py",
        "    company_brief,\n    emit",
        "    company_brief,\n    company_of,\n    emit",
        "from sinmungo.sdk import (",
    ),
    "Python cannot read it": ("programme/rules.py", "def still_in(", "def still_in((", "def still"),
}


@pytest.mark.parametrize("what", BROKEN)
async def test_a_plugin_that_cannot_be_loaded_gets_its_line(what, tmp_path, monkeypatch):
    slug = f"planted{list(BROKEN).index(what)}"  # a package of its own: this process imports it
    scaffold(slug, "심은 실수", tmp_path)
    file, old, new, at = BROKEN[what]
    path = tmp_path / f"sinmungo-{slug}" / f"sinmungo_{slug}" / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    said = await run_check(find_project(str(path.parents[len(Path(file).parts)])), "", str)
    lines = path.read_text("utf-8").splitlines()
    (place,) = {f.place for f in said if what in f.what}
    assert (place.file, at in lines[place.line - 1]) == (f"sinmungo_{slug}/{file}", True), place
    assert all(f.remedy != "mend what the message names" for f in said if what in f.what)


async def test_what_is_declared_wrong_is_found_untried(tmp_path, monkeypatch, server_dsn):
    scaffold("unrevised", "심은 실수", tmp_path)
    models = tmp_path / "sinmungo-unrevised" / "sinmungo_unrevised" / "programme" / "models.py"
    text = models.read_text("utf-8")
    made = '    moment("created_at"),\n'
    models.write_text(text.replace(made, f'{made}    text("colour", nullable=True),\n'), "utf-8")
    package = models.parents[1]
    with (package / "__init__.py").open("a", encoding="utf-8") as module:
        module.write("\n\n@hookimpl\ndef on_event(ctx):\n    return None\n")
    api = package / "programme" / "api.py"
    one = api.read_text("utf-8").replace(
        '/{member_id:uuid}", opt=needs(READ))', '/{member_id:uuid}")'
    )
    api.write_text(one.replace("    tags = (", "    opt = needs(READ)\n    tags = ("), "utf-8")
    (package / "migrations" / "head.sql").write_text("-- something else\n", "utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    said = await run_check(find_project(str(models.parents[2])), server_dsn, str)
    (found_by,) = [f for f in said if "models and revisions differ: add_column" in f.what]
    assert found_by.place.file == "sinmungo_unrevised/programme/models.py"
    assert 'text("colour"' in models.read_text("utf-8").splitlines()[found_by.place.line - 1]
    assert "sinmungo revision unrevised" in found_by.remedy
    assert [f.remedy for f in said if "head.sql is not" in f.what] == ["sinmungo headsql unrevised"]
    (sync,) = [f for f in said if "the hook on_event is no async def" in f.what]
    lines = (package / "__init__.py").read_text("utf-8").splitlines()
    assert lines[sync.place.line - 1 : sync.place.line + 1] == ["@hookimpl", "def on_event(ctx):"]
    assert [f for f in said if f.check == "permission"] == []  # a controller may say it for all


@pytest.mark.soak
def test_the_example_passes_with_its_screens(server_dsn):
    code, output = check(EXAMPLE, server_dsn)
    assert (code, found(output)) == (0, {}), output


@pytest.mark.soak
@pytest.mark.parametrize("folder", CITIES, ids=lambda p: p.name)
def test_each_city_of_this_repository_passes(folder, server_dsn):
    code, output = check(folder, server_dsn, "--no-screens")
    assert code == 0, output
