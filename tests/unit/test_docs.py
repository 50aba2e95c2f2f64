"""Documentation is a contract: what exists is described, and what is described exists."""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import cyclopts
import pytest
from litestar.handlers import HTTPRouteHandler

from sinmungo import sdk
from sinmungo.cli import app as cli
from sinmungo.config import PREFIX, Settings
from sinmungo.host import hookspecs
from sinmungo.host.loader import load
from sinmungo.host.types import Slice
from sinmungo.people.models import ROLES
from sinmungo.people.permissions import ALL_STAFF
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import plugin as testing_plugin
from sinmungo.web import guide

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
TOP = [ROOT / n for n in ("README.md", "README.ko.md", "CHANGELOG.md", "THREAT_MODEL.md")]
PAGES = sorted([*DOCS.rglob("*.md"), *TOP, *(ROOT / "plugins").glob("*/README.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CITED = re.compile(r"(tests/[a-z0-9_/]+\.py)::(\w+)")
SHORT = re.compile(r"^\| [^|]+ \| `(test_\w+)` \|$", re.MULTILINE)
OUTSIDE = ("http://", "https://", "mailto:")


def reference(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text("utf-8")


def commands(app: cyclopts.App, prefix: str = "sinmungo") -> Iterator[str]:
    for name in app:
        if name.startswith("-"):
            continue
        found = app[name]
        inner = list(commands(found, f"{prefix} {name}"))
        yield from inner or [f"{prefix} {name}"]


def anchors(page: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", FENCED.sub("", page), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", t.lower()) for t in titles)
    return {re.sub(r"\s", "-", t.strip()) for t in plain}


def api_paths(item: Slice) -> Iterator[tuple[str, str]]:
    for controller in item.api:
        base = controller.path if isinstance(controller.path, str) else ""
        for name in dir(controller):
            handler = getattr(controller, name)
            if isinstance(handler, HTTPRouteHandler):
                for path in handler.paths:
                    whole = f"/api/v1/{item.slug}/{base}/{path}"
                    plain = re.sub(r"\{(\w+):\w+\}", r"{\1}", re.sub("/+", "/", whole))
                    for method in handler.http_methods - {"HEAD", "OPTIONS"}:
                        yield method, plain.rstrip("/")


def table_keys(text: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE))


def test_every_hook_is_described_with_its_arguments():
    text = reference("hooks")
    names = [n for n in vars(hookspecs) if hasattr(getattr(hookspecs, n), "sinmungo_spec")]
    assert {"on_event", "company_hints"} <= set(names)
    for name in names:
        code = getattr(hookspecs, name).__code__
        arguments = ", ".join(code.co_varnames[: code.co_argcount])
        assert f"## `{name}({arguments})" in text, name


def test_every_name_of_the_sdk_is_described_and_no_other():
    described = table_keys(reference("sdk").split("## Fixtures")[0])
    assert described == set(sdk.__all__)


def test_every_fixture_for_authors_is_described_and_no_other():
    found = {
        name
        for name, value in vars(testing_plugin).items()
        if type(value).__name__ == "FixtureFunctionDefinition" and not name.startswith("_")
    }
    assert {"make_city", "web", "people", "drain"} <= found
    described = table_keys(reference("testing").split("## Helpers")[0])
    assert described == found


def test_every_field_of_a_slice_is_described():
    described = set(re.findall(r"`(\w+)`", reference("slice")))
    assert {f.name for f in fields(Slice)} - described == {"optional"}  # core's alone


def test_every_command_is_described():
    text = reference("cli")
    found = list(commands(cli))
    assert "sinmungo tenant apply" in found
    described = re.findall(r"^\| `(sinmungo [^`]+)`", text, re.MULTILINE)
    assert sorted(described) == sorted(found)


@pytest.mark.parametrize("words", [[], ["plugin"]], ids=["sinmungo", "plugin"])
def test_the_list_of_commands_says_what_each_does(
    words: list[str], capsys: pytest.CaptureFixture[str]
):
    """Also of those that are imported only when they are called."""
    with contextlib.suppress(SystemExit):
        cli([*words, "--help"])
    told = capsys.readouterr().out
    assert "│ " in told
    assert re.findall(r"^│ ([a-z-]+) +│$", told, re.MULTILINE) == []


def test_every_setting_is_described_with_its_default():
    rows = re.findall(
        rf"^\| `(\w+)` \| `{PREFIX}(\w+)` \| (?:`([^`]*)`)? ?\|",
        reference("settings"),
        re.MULTILINE,
    )
    assert [field for field, _, _ in rows] == list(Settings.__struct_fields__)
    values = Settings()
    for field, env, default in rows:
        assert env == field.upper()
        value = getattr(values, field)
        shown = ",".join(value) if isinstance(value, tuple) else str(value)
        assert default == (shown.lower() if isinstance(value, bool) else shown), field


def test_every_permission_and_role_is_described():
    text = reference("permissions")
    for item in CORE_SLICES:
        for p in item.permissions:
            held = "all" if set(p.roles) == set(ALL_STAFF) else ", ".join(p.roles)
            assert f"| `{p.code}` | {p.title} | {held} |" in text, p.code
    for code, title in ROLES.items():
        assert f"| `{code}` | {title} |" in text


def test_every_route_of_cores_api_is_described_and_no_other():
    text = reference("api")
    described = set(re.findall(r"^\| (\w+) \| `(/api/v1/[^`]*)`", text, re.MULTILINE))
    assert described == {route for item in CORE_SLICES for route in api_paths(item)}


@pytest.mark.parametrize(
    ("contract", "page", "line"),
    [
        (test_every_hook_is_described_with_its_arguments, "hooks", "## `company_hints("),
        (test_every_name_of_the_sdk_is_described_and_no_other, "sdk", "| `Manifest` |"),
        (test_every_fixture_for_authors_is_described_and_no_other, "testing", "| `drain` |"),
        (test_every_command_is_described, "cli", "| `sinmungo plugin check` |"),
        (test_every_setting_is_described_with_its_default, "settings", "| `pool_size` |"),
        (test_every_permission_and_role_is_described, "permissions", "| `cases.read` |"),
    ],
    ids=["hook", "sdk", "fixture", "command", "setting", "permission"],
)
def test_a_line_that_is_missing_is_noticed(
    contract: Callable[[], None], page: str, line: str, monkeypatch: pytest.MonkeyPatch
):
    whole = reference(page)
    assert whole.count(f"\n{line}") == 1
    less = "\n".join(part for part in whole.split("\n") if not part.startswith(line))
    monkeypatch.setattr(f"{__name__}.reference", lambda _: less)
    with pytest.raises(AssertionError):
        contract()


def test_every_decision_is_listed():
    listed = (DOCS / "decisions" / "README.md").read_text("utf-8")
    files = sorted(p.name for p in (DOCS / "decisions").glob("[0-9]*.md"))
    assert files
    assert [f for f in files if f"]({f})" not in listed] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path):
    text = FENCED.sub("", page.read_text("utf-8"))
    for target in LINK.findall(text):
        if target.startswith(OUTSIDE):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert file.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(file.read_text("utf-8")), target


def test_every_page_can_be_reached_from_the_index():
    seen: set[Path] = set()
    ahead = [DOCS / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = (t.partition("#")[0] for t in LINK.findall(page.read_text("utf-8")))
        ahead += [(page.parent / t).resolve() for t in links if t and not t.startswith(OUTSIDE)]
    assert sorted(str(p) for p in set(DOCS.rglob("*.md")) - seen) == []


@pytest.mark.parametrize("name", sorted(set(guide.PAGES.values())))
def test_every_screen_opens_a_page_of_the_guide(name: str):
    page = guide.read_page(name)
    assert page is not None
    assert page.title != name
    assert guide.dead_links(page) == []


def test_every_office_and_admin_screen_of_core_has_a_page_of_its_own():
    """A new slice's screens may not fall back on the page about something else."""
    too_wide = {"/", "/office", "/admin"}
    faces = (("/office", "office"), ("/admin", "admin"))
    mounts = [f"{face}/{s.slug}" for s in CORE_SLICES for face, of in faces if getattr(s, of)]
    assert len(mounts) > 15
    assert [m for m in mounts if guide.page_for(m)[0] in too_wide] == []


def test_every_screen_of_a_plugin_has_a_page_and_no_page_leads_nowhere():
    host = load(CORE_SLICES)
    screens, plugins = (
        guide.plugin_screens(host),
        [p for p in host.plugins.values() if not p.built_in],
    )
    assert plugins
    for plugin in plugins:
        home = guide.plugin_folder(host, plugin.slug)
        assert home is not None
        for item in plugin.slices:
            mount = f"/office/{plugin.slug}/{item.slug}/some/screen"
            name = screens[mount.removesuffix("/some/screen")].partition("/")[2]
            assert guide.help_for(mount, screens) == f"/help/{plugin.slug}/{name}"
        for file in home.glob("*.md"):
            page = guide.read_page(file.stem, plugin.slug, home)
            assert page is not None
            assert page.title != page.name
            assert guide.dead_links(page, plugin.slug, home) == []


def test_a_dead_link_of_the_guide_is_found(tmp_path: Path):
    text = "# 쪽\n[있음](/help/cases) [없음](/help/nothing)\n[셋](three.md) ![그림](img/no.png)\n"
    (tmp_path / "one.md").write_text(text, "utf-8")
    page = guide.read_page("one", "some", tmp_path)
    assert page is not None
    found = guide.dead_links(page, "some", tmp_path)
    assert found == ["nothing", "some/three", "some/img/no.png"]


def test_every_picture_is_shown_somewhere_and_small():
    shown = {
        (page.parent / target).resolve()
        for page in PAGES
        for target in LINK.findall(page.read_text("utf-8"))
        if target.endswith(".png")
    }
    found = {p for p in DOCS.rglob("*.png") if p.is_file()}
    assert found == shown
    assert [p.name for p in found if p.stat().st_size > 150 * 1024] == []
    assert len(found) <= 20


def cited_tests() -> list[tuple[str, str]]:
    found = {pair for page in PAGES for pair in CITED.findall(page.read_text("utf-8"))}
    tenancy = (DOCS / "explanation" / "tenancy.md").read_text("utf-8")
    return sorted(found | {("tests/integration/test_walls.py", n) for n in SHORT.findall(tenancy)})


@pytest.mark.parametrize(("file", "name"), cited_tests())
def test_cited_tests_exist(file: str, name: str):
    text = (ROOT / file).read_text("utf-8")
    assert re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE)


def test_the_threat_model_cites_tests():
    cited = CITED.findall((ROOT / "THREAT_MODEL.md").read_text("utf-8"))
    assert len(cited) > 20


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_machine_and_no_registry_is_named(page: Path):
    text = page.read_text("utf-8")
    assert re.findall(r"(?:/work|/root|/home|/tmp)/\S*", text) == []
    assert re.findall(r"(?i)pypi|npmjs|index-url", text) == []
