"""Static files: vendored, with names that change when their content does, cached for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path

STATIC_DIR = Path(__file__).parent / "static"
PREFIX = "/static/"


def is_static(path: str) -> bool:
    """Whether a path is served from the static folder."""
    return path.startswith(PREFIX)


@lru_cache(maxsize=512)
def static_url(name: str) -> str:
    """Return the address of a static file, with a digest of its content as version."""
    digest = hashlib.sha256((STATIC_DIR / name).read_bytes()).hexdigest()[:10]
    return f"{PREFIX}{name}?v={digest}"
