"""`sinmungo plugin new`: a project that works from its first minute, to be changed step by step.

The files lie in `scaffold/` as they come out, so that reading them is reading the result.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Template

from sinmungo.author.problems import AuthorProblemError
from sinmungo.host.mounting import RESERVED
from sinmungo.slices import CORE_SLICES
from sinmungo.text.normalise import clean
from sinmungo_tenants.names import safe

_SOURCE = Path(__file__).parent / "scaffold"
_SUFFIX = ".tmpl"
_HANGUL = re.compile("[가-힣]")
_MAX_TITLE = 20
_SLUG = re.compile("[a-z][a-z0-9_]{0,19}")


class _Text(Template):
    """`@@{slug}` is a place to fill: `$` and `{{` belong to the shell and to Jinja."""

    delimiter = "@@"


def scaffold(slug: str, title: str, folder: Path) -> list[Path]:
    """Write a plugin's first project into `folder`/sinmungo-`slug` and return its files.

    Raises `AuthorProblemError` for a slug or title that cannot be used, and when the folder exists.
    """
    values = _values(slug, title)
    root = folder / f"sinmungo-{values['dist']}"
    if root.exists():
        raise AuthorProblemError(f"{root} is there already")
    return [_write(root, name, text, values) for name, text in _texts()]


def _values(slug: str, title: str) -> dict[str, str]:
    taken = {*RESERVED, *(s.slug for s in CORE_SLICES)}
    if not _SLUG.fullmatch(slug):
        raise AuthorProblemError(f"{slug!r} is no slug: a-z first, then a-z, 0-9 and _, at most 20")
    if safe(slug) in taken:
        raise AuthorProblemError(f"the slug {slug!r} belongs to core; choose another")
    line = clean(title)
    if not _HANGUL.search(line) or len(line) > _MAX_TITLE or re.search(r'["\\@{}<>]', line):
        raise AuthorProblemError(f"the title is Korean, at most {_MAX_TITLE} letters, no quotes")
    return {
        "slug": slug,
        "dist": slug.replace("_", "-"),
        "package": f"sinmungo_{slug}",
        "title": line,
    }


def _texts() -> Iterator[tuple[Path, str]]:
    for file in sorted(_SOURCE.rglob(f"*{_SUFFIX}")):
        yield file.relative_to(_SOURCE), file.read_text("utf-8")


def _write(root: Path, name: Path, text: str, values: dict[str, str]) -> Path:
    parts = str(name).removesuffix(_SUFFIX)
    parts = parts.replace("PACKAGE", values["package"]).replace("SLUG", values["slug"])
    file = root / parts
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_Text(text).substitute(values), "utf-8")
    if file.suffix == ".sh":
        file.chmod(0o755)
    return file
