"""The conformance kit: sound plugins pass, and each planted mistake is named with its place."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sinmungo.author import screens
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
LIVE = {
    "GET /api/v1/planted/programme answers 500": (
        "programme/api.py",
        '        """List the companies."""\n',
        '        """List the companies."""\n        _ = 1 // len([])\n',
    ),
    "another city's id is answered: GET /office/planted/programme/panel/": (
        "programme/service.py",
        "    await company_brief(ctx, company_id)\n    return",
        "    return",
    ),
}


def test_each_planted_mistake_is_named_with_its_place(planted, server_dsn):
    for file, old, new, _ in STATIC.values():
        mistake(planted, file, old, new)
    code, output = check(planted, server_dsn, "--no-screens")
    assert code == 1, output
    said = found(output)
    for what, (file, _, _, at) in STATIC.items():
        (where,) = [place for told, place in said.items() if what in told]
        assert where == line_of(planted, file, at), what
    assert output.count("→ ") == len(LINE.findall(output))


def test_what_shows_only_when_tried_is_found_too(planted, server_dsn):
    for file, old, new in LIVE.values():
        mistake(planted, file, old, new)
    panel = planted / "sinmungo_planted" / "programme" / "pages.py"
    text = panel.read_text("utf-8")
    checked = "        company = await company_brief(ctx, company_id)\n"
    assert checked in text
    panel.write_text(text.replace(checked, '        company = {"name": "", "id": company_id}\n'))
    field = planted / "sinmungo_planted" / LIST
    field.write_text(
        field.read_text("utf-8").replace("</form>", '<input type="text" name="bare"></form>', 1)
    )
    code, output = check(planted, server_dsn)
    assert code == 1, output
    said = found(output)
    for what in LIVE:
        assert any(what in told for told in said), (what, output)
    places = {place[0] for told, place in said.items() if any(w in told for w in LIVE)}
    assert places == {"sinmungo_planted/programme/api.py", "sinmungo_planted/programme/pages.py"}
    if not screens.why_not():
        assert any("label:" in told for told in said), output


def test_a_handler_without_permission_is_named_though_nothing_can_be_loaded(planted, server_dsn):
    handler = '    @get("/{member_id:uuid}"'
    mistake(planted, "programme/api.py", f"{handler}, opt=needs(READ))", f"{handler})")
    place = line_of(planted, "programme/api.py", handler)
    code, output = check(planted, server_dsn)
    assert code == 1
    assert found(output)["MemberApi.get_one declares no permission"] == place


def test_models_without_their_revision_are_found(planted, server_dsn):
    mistake(
        planted,
        "programme/models.py",
        '    moment("created_at"),\n',
        '    moment("created_at"),\n    text("colour", nullable=True),\n',
    )
    code, output = check(planted, server_dsn)
    assert code == 1
    assert "models and revisions differ: add_column" in output
    assert "sinmungo revision planted" in output


@pytest.mark.soak
def test_the_example_passes_with_its_screens(server_dsn):
    code, output = check(EXAMPLE, server_dsn)
    assert (code, found(output)) == (0, {}), output


@pytest.mark.soak
@pytest.mark.parametrize("folder", CITIES, ids=lambda p: p.name)
def test_each_city_of_this_repository_passes(folder, server_dsn):
    code, output = check(folder, server_dsn, "--no-screens")
    assert code == 0, output
