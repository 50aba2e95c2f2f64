"""A plugin that is broken stays alone with its fault; the rest of the house stands."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from litestar import Controller, get
from sqlalchemy import Column, Integer, Table

from sinmungo.host.db import new_metadata, pk
from sinmungo.host.host import Host
from sinmungo.host.loader import load
from sinmungo.host.types import Event, Manifest, MenuItem, Panel, Permission, Reaction, Slice
from sinmungo.slices import CORE_SLICES
from sinmungo.testing.fakes import FakeEntry, fake_plugin
from sinmungo.web.access import needs
from sinmungo_tenants import Component

READ = Permission("broken.read", "읽기", ("LEAD_OFFICER",))


def fail(error: BaseException) -> Any:
    def act() -> Any:
        raise error

    return act


class Bare(Controller):
    @get("/")
    async def show(self) -> str:
        return ""


class Unreadable(Controller):
    @get("/", opt=needs("broken.read"))
    async def show(self, state: int) -> str:
        return str(state)


class Twice(Controller):
    @get("/", opt=needs("broken.read"))
    async def show(self) -> str:
        return ""

    @get("/", opt=needs("broken.read"))
    async def again(self) -> str:
        return ""


def one(*controllers: type[Controller], **parts: Any) -> Slice:
    return Slice("part", "부분", permissions=(READ,), office=controllers, **parts)


def with_table(name: str, component: str = "broken") -> Component:
    metadata = new_metadata()
    Table(name, metadata, pk(), Column("n", Integer))
    return Component(component, Path(), metadata)


BROKEN: dict[str, tuple[FakeEntry, str]] = {
    "raises on import": (FakeEntry("broken", fail(ImportError("no such library"))), "no such"),
    "is no Python": (FakeEntry("broken", fail(SyntaxError("invalid syntax"))), "SyntaxError"),
    "ends the process on import": (FakeEntry("broken", fail(SystemExit(3))), "SystemExit"),
    "is nothing": (FakeEntry("broken", lambda: None), ""),
    "has no manifest": (FakeEntry("broken", lambda: ModuleType("empty")), "Manifest"),
    "raises in the manifest": (
        fake_plugin("broken", sinmungo_manifest=fail(RuntimeError("no card"))),
        "no card",
    ),
    "raises in the slices": (
        fake_plugin("broken", sinmungo_slices=fail(SystemExit("gone"))),
        "gone",
    ),
    "manifest of the wrong type": (
        fake_plugin("broken", sinmungo_manifest=lambda: {"slug": "broken"}),
        "Manifest",
    ),
    "slices of the wrong type": (
        fake_plugin("broken", sinmungo_slices=lambda: ["part"]),
        "no Slice",
    ),
    "manifest of another plugin": (
        fake_plugin("broken", sinmungo_manifest=lambda: Manifest("other", "", "1", ">=1")),
        "other",
    ),
    "a slug of core": (fake_plugin("cases"), "belongs to core"),
    "a word of the house": (fake_plugin("office"), "belongs to core"),
    "a component of the house": (fake_plugin("core"), "belongs to core"),
    "a slug of another plugin": (fake_plugin("sound"), "another plugin"),
    "a slug that is no identifier": (fake_plugin("x; drop"), "identifier"),
    "two slices of one name": (fake_plugin("broken", [one(), one()]), "declared twice"),
    "a permission of another": (
        fake_plugin("broken", [Slice("part", "", permissions=(Permission("cases.read", "", ()),))]),
        "must begin with broken.",
    ),
    "a menu that is text": (fake_plugin("broken", [one(menu=("글",))]), "no MenuItem"),
    "a menu that nothing can sort": (
        fake_plugin("broken", [one(menu=(MenuItem("글", "/office/x", "broken.read", order="x"),))]),
        "$.order",
    ),
    "a panel at no place": (
        fake_plugin("broken", [one(panels=(Panel("ROOF", "x", "칸", "/", "broken.read"),))]),
        "$.place",
    ),
    "an event that is text": (fake_plugin("broken", [one(events=("broken.x",))]), "no Event"),
    "a title that is a number": (fake_plugin("broken", [Slice("part", 7)]), "must be text"),
    "a reaction, which is core's": (
        fake_plugin("broken", [Slice("part", "", reactions=(Reaction(Event, fail(KeyError())),))]),
        "use on_event",
    ),
    "a handler without permission": (fake_plugin("broken", [one(Bare)]), "Bare.show"),
    "a handler nobody can read": (fake_plugin("broken", [one(Unreadable)]), "state"),
    "two handlers on one path": (fake_plugin("broken", [one(Twice)]), "must be unique"),
    "a table without prefix": (
        fake_plugin("broken", component=with_table("cases")),
        "must begin with 'broken_'",
    ),
    "a component of another name": (
        fake_plugin("broken", component=with_table("broken_a", "core")),
        "must be named",
    ),
    "a later sdk": (fake_plugin("broken", requires_sdk=">=9"), "needs sdk >=9"),
    "a hook that does not exist": (fake_plugin("broken", on_everything=lambda: None), "on_every"),
    "a hook with a wrong argument": (fake_plugin("broken", on_event=lambda who: who), "who"),
}


def load_beside_a_sound_one(entry: FakeEntry) -> Host:
    found: Any = [fake_plugin("sound", [Slice("part", "부분")]), entry]
    return load(CORE_SLICES, found=found)


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_plugin_is_quarantined_and_the_rest_loads(
    what: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SINMUNGO_STRICT_PLUGINS", "0")
    entry, reason = BROKEN[what]
    host = load_beside_a_sound_one(entry)
    assert {p.slug for p in host.plugins.values() if not p.built_in} == {"sound"}
    assert [q.slug for q in host.quarantined] == [entry.name]
    assert reason in host.quarantined[0].reason
    assert [s.slice.slug for s in host.slices if s.slice not in CORE_SLICES] == ["part"]
    assert {s.slug for s in CORE_SLICES} <= {s.slice.slug for s in host.slices}


@pytest.mark.parametrize("what", ["raises on import", "a handler without permission"])
def test_in_strict_mode_it_is_fatal(what: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SINMUNGO_STRICT_PLUGINS", "1")
    with pytest.raises(Exception, match=BROKEN[what][1]):
        load_beside_a_sound_one(BROKEN[what][0])


def test_an_interrupt_is_not_a_fault_of_the_plugin(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SINMUNGO_STRICT_PLUGINS", "0")
    with pytest.raises(KeyboardInterrupt):
        load_beside_a_sound_one(FakeEntry("broken", fail(KeyboardInterrupt())))
