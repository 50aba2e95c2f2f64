"""Imported once by the process that `command` forks from: what most commands import anyway.

Every command loads the installed plugins and tries their routes; here that is done once. A plugin
that cannot be loaded is left to the command, which says so.
"""

import contextlib
from importlib import import_module
from importlib.metadata import EntryPoint

from sinmungo.host import loader
from sinmungo.host.host import LoadedPlugin
from sinmungo.host.mounting import RESERVED

MODULES = (
    "sinmungo.app",
    "sinmungo.cli.archives",
    "sinmungo.cli.doctor",
    "sinmungo.cli.fleet",
    "sinmungo.cli.imports",
    "sinmungo.cli.leaving",
    "sinmungo.cli.operators",
    "sinmungo.cli.plugins",
    "sinmungo.cli.servers",
    "sinmungo.cli.tenants",
    "sinmungo.deploy.archives",
    "sinmungo.deploy.checkup",
    "sinmungo.deploy.cities",
    "sinmungo.deploy.database",
    "sinmungo.deploy.leaving",
    "sinmungo_tenants.archive.drop",
    "sinmungo_tenants.fleet.run",
    "sinmungo_tenants.fleet.verify",
)
_load_one = loader._load_one  # noqa: SLF001 - the loader's one dear step, and only for tests
_loaded: dict[EntryPoint, LoadedPlugin] = {}

for _name in MODULES:
    import_module(_name)
for _entry in loader.discover():
    with contextlib.suppress(Exception):
        _loaded[_entry] = _load_one(_entry, set(RESERVED))


def use() -> None:
    """Have the loader of this process take what was loaded here."""
    loader._load_one = _known  # noqa: SLF001 - as above


def _known(entry: EntryPoint, taken: set[str]) -> LoadedPlugin:
    return _loaded.get(entry) or _load_one(entry, taken)
