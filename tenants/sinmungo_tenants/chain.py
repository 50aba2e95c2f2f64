"""The revisions of a component in their order, read from its files: a web worker needs no more.

Which revision is newer is a question of the chain; two names compared as text may say anything.
"""

import re
from functools import lru_cache

from sinmungo_tenants.components import Component

_ID = re.compile(r"""^(down_)?revision\b[^=\n]*=\s*(?:None|["'](\w+)["'])""", re.MULTILINE)


@lru_cache(maxsize=64)
def chain(component: Component) -> tuple[str, ...]:
    """Return every revision, oldest first; ValueError when the tree is not one line."""
    after: dict[str, str] = {}
    for file in (component.scripts / "versions").glob("*.py"):
        found = {bool(down): name for down, name in _ID.findall(file.read_text("utf-8"))}
        if name := found.get(False):
            before = found.get(True, "")
            if before in after:
                raise ValueError(f"{component.name} forks after {before or 'its beginning'}")
            after[before] = name
    ordered: list[str] = []
    name = ""
    while name in after:
        name = after.pop(name)
        ordered.append(name)
    if after:
        raise ValueError(f"{component.name} has revisions that follow nothing: {sorted(after)}")
    return tuple(ordered)


def minimum(component: Component) -> str:
    """Return the oldest revision on which this code works: the newest, unless it says otherwise.

    Raises ValueError when the component names a revision that it has not.
    """
    known = chain(component)
    if component.minimum:
        return known[known.index(component.minimum)]
    return known[-1] if known else ""


def too_old(component: Component, revision: str) -> bool:
    """Whether this code cannot work on a schema of this revision ("" if it has no tables).

    A revision that the code does not know is of newer code: expand–contract lets both work.
    """
    known = chain(component)
    if not known:
        return False
    if not revision:
        return True
    return revision in known and known.index(revision) < known.index(minimum(component))
