"""The newest revision of a component, read from its files: a web worker needs no more."""

import re
from functools import lru_cache

from sinmungo_tenants.components import Component

_ID = re.compile(r"""^(down_)?revision\b[^=\n]*=\s*(?:None|["'](\w+)["'])""", re.MULTILINE)


@lru_cache(maxsize=64)
def head(component: Component) -> str:
    """Return the newest revision, or an empty text for a component without tables.

    Raises ValueError when the tree has no single end.
    """
    revisions: set[str] = set()
    followed: set[str] = set()
    for file in (component.scripts / "versions").glob("*.py"):
        for down, name in _ID.findall(file.read_text("utf-8")):
            (followed if down else revisions).add(name)
    ends = revisions - followed
    if len(ends) > 1:
        raise ValueError(f"{component.name} has several heads: {', '.join(sorted(ends))}")
    return ends.pop() if ends else ""
