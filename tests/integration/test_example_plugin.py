"""The example outside the packages uses every place; test_wheels.py runs its own tests."""

from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from sinmungo.author.project import find_project, make_importable
from sinmungo.host import hookspecs
from sinmungo.host.host import Host
from sinmungo.host.loader import load
from sinmungo.host.types import Manifest, MenuItem, Panel, Slice
from sinmungo.slices import CORE_SLICES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "fixtures" / "example_plugin"
# Core's alone: switched like a plugin, and records of core that a city asks more about.
OF_CORE = {"optional", "forms", "reactions"}
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def host() -> Host:
    project = find_project(str(FOLDER))
    make_importable(project)
    return load(CORE_SLICES, [project.entry])


def slices(host: Host) -> tuple[Slice, ...]:
    return host.plugins["example"].slices


def values(items: Any, name: str) -> set[Any]:
    return {getattr(item, name) for item in items}


def test_it_uses_every_place(host: Host):
    """A new field of Slice or Manifest, or a new hook, has to be shown here."""
    manifest = host.plugins["example"].manifest
    assert [f.name for f in fields(Manifest) if not getattr(manifest, f.name)] == []
    unused = {f.name for f in fields(Slice) if not any(values(slices(host), f.name))}
    assert unused == OF_CORE
    hooks = [n for n, h in vars(hookspecs).items() if hasattr(h, "sinmungo_spec")]
    assert {"sinmungo_manifest", "on_event"} <= set(hooks)
    unused_hooks = [n for n in hooks if host.plugins["example"].hook(n) is None]
    assert unused_hooks == []


def test_it_has_a_panel_in_every_place_and_a_menu_line_on_every_face(host: Host):
    (item,) = slices(host)
    assert values(item.panels, "place") == set(get_args(get_type_hints(Panel)["place"]))
    assert values(item.menu, "face") == set(get_args(get_type_hints(MenuItem)["face"]))


def test_it_lies_outside_the_packages():
    names = [p for p in (ROOT / "core").rglob("*.py") if "sinmungo_example" in p.read_text("utf-8")]
    assert names == []
    assert "example_plugin" not in (ROOT / "pyproject.toml").read_text("utf-8")
