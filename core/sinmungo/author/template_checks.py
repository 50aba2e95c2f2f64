"""What the templates show: what a browser would refuse, and what officers could not read."""

import re
from collections.abc import Iterator
from pathlib import Path

from sinmungo.author.findings import Finding, Place
from sinmungo.author.project import Project

_RULES = (
    (
        "inline",
        re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE),
        "a script or style in the page: the browser will not run it (CSP)",
        "use the macros and classes of the layout",
    ),
    (
        "outside",
        re.compile(r"""(?:src|href|url|action)\s*[=(]\s*["']?(?:https?:)?//(?!\{\{)"""),
        "loads from another host",
        "keep pictures and styles on the own host",
    ),
    (
        "escape",
        re.compile(r"\|\s*safe\b|autoescape\s+false"),
        "switches escaping off",
        "let Jinja escape; markup comes from macros",
    ),
    (
        "picture",
        re.compile(r"<img(?![^>]*\balt=)[^>]*>"),
        "a picture without words",
        'add alt="…", empty if it only decorates',
    ),
)
_FORM = re.compile(r"""<form\b[^>]*\bmethod=["']post["'].*?</form>""", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
_WORD = re.compile(r"[A-Za-z][a-z]{2,}")
_HANGUL = re.compile("[가-힣]")
_LITERAL = re.compile(r'"([A-Z][a-z]+(?: [A-Za-z]+)*)"')


def template_findings(project: Project) -> Iterator[Finding]:
    """Yield every mistake that the templates show."""
    for file in sorted(project.package.rglob("*.html")):
        yield from _in_file(project.shown(file), file)


def _in_file(name: str, file: Path) -> Iterator[Finding]:
    text = _COMMENT.sub(_blank, file.read_text("utf-8"))
    for check, pattern, what, remedy in _RULES:
        for match in pattern.finditer(text):
            yield Finding(check, _place(name, text, match.start()), what, remedy)
    for match in _FORM.finditer(text):
        if "csrf(" not in match[0] and "_csrf_token" not in match[0]:
            yield Finding(
                "csrf",
                _place(name, text, match.start()),
                "a form without the token: every act is refused with 403",
                "add {{ f.csrf(csrf_token) }} inside the form",
            )
    yield from _english(name, text)


def _english(name: str, text: str) -> Iterator[Finding]:
    # An address or attribute that is put together is no label.
    plain = _TAG.sub(_blank, _JINJA.sub(_blank, text))
    for number, line in enumerate(plain.splitlines(), 1):
        put_together = "=" in line or line.strip()[:1] in {"?", "/"}
        if _WORD.search(line) and not _HANGUL.search(line) and not put_together:
            yield _not_korean(Place(name, number), line.strip())
    for part in _JINJA.finditer(text):
        for match in _LITERAL.finditer(part[0]):
            place = _place(name, text, part.start() + match.start())
            yield _not_korean(place, match[1])


def _not_korean(place: Place, words: str) -> Finding:
    return Finding("korean", place, f"{words!r} is not Korean", "say it in the officers' language")


def _blank(match: re.Match[str]) -> str:
    """Take something out and leave the lines where they were."""
    return " " + "\n" * match[0].count("\n")


def _place(name: str, text: str, start: int) -> Place:
    return Place(name, text.count("\n", 0, start) + 1)
