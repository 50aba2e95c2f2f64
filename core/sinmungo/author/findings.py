"""A mistake as its author needs it: where it is, what is wrong, what to do."""

import ast
import inspect
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from sinmungo.author.project import Project

type Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file of the project."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Finding:
    """What the conformance kit has to say; an error makes it fail, a warning does not."""

    check: str
    place: Place
    what: str
    remedy: str
    level: Level = "error"


class Source:
    """A Python file of the project, parsed once."""

    def __init__(self, project: Project, file: Path) -> None:
        self.file = file
        self.name = project.shown(file)
        self.text = file.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file; SyntaxError when it cannot be read."""
        return ast.parse(self.text)

    @property
    def is_migration(self) -> bool:
        """Whether it is a revision."""
        return self.file.parent.name == "versions"

    def at(self, node: ast.AST) -> Place:
        """Return where a node stands."""
        return Place(self.name, getattr(node, "lineno", 0))

    def nodes(self) -> Iterator[ast.AST]:
        """Yield every node, the outer ones first; none of a file that cannot be read."""
        try:
            yield from ast.walk(self.tree)
        except SyntaxError:
            return


class Sources:
    """All Python files of a project's package."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.files = [Source(project, f) for f in sorted(project.package.rglob("*.py"))]

    def __iter__(self) -> Iterator[Source]:
        return iter(self.files)

    def saying(self, text: str) -> Place:
        """Return where a text stands in the code, written out or put together of constants.

        The first line of the package if it is found nowhere.
        """
        return self._said.get(text, self.start)

    def defining(self, name: str) -> Place | None:
        """Return where a function, a class or `Class.field` is defined."""
        outer, _, inner = name.rpartition(".")
        for source in self.files:
            for node in source.nodes():
                if not outer and _is_named(node, inner):
                    return source.at(node)
                if isinstance(node, ast.ClassDef) and node.name == outer:
                    return next((source.at(n) for n in node.body if _is_named(n, inner)), None)
        return None

    def table(self, name: str, column: str = "") -> Place:
        """Return where a table, or a column of it, is declared."""
        for source in self.files:
            for node in source.nodes() if not source.is_migration else ():
                if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Table":
                    continue
                if node.args and _text(node.args[0], self._names_of(source)) == name:
                    inside = ast.walk(node)
                    found = (n for n in inside if isinstance(n, ast.Constant) and n.value == column)
                    return source.at(next(found, node.args[0]) if column else node.args[0])
        return self.saying(name)

    def naming(self, what: str) -> Place:
        """Return where one of the words of a text stands in the code, revisions included."""
        words = {w for w in what.split() if "_" in w or "." in w}
        for source in self.files:
            for node in source.nodes():
                said = getattr(node, "value", None)
                if isinstance(said, str) and not words.isdisjoint(said.split()):
                    return source.at(node)
        return next((p for w in words if (p := self.saying(w)) != self.start), self.start)

    def raised(self, error: BaseException) -> Place | None:
        """Return the last line of the package that an error passed through, if it did."""
        chain = [error]
        while (before := chain[-1].__cause__ or chain[-1].__context__) is not None:
            chain.append(before)
        frames = [f for e in chain for f in reversed(traceback.extract_tb(e.__traceback__))]
        return next((p for f in frames if (p := self.line_of(f.filename, f.lineno or 1))), None)

    def line_of(self, file: str, line: int) -> Place | None:
        """Return a line of the package; None of any other file."""
        path = Path(file)
        inside = path.is_relative_to(self.project.package)
        return Place(self.project.shown(path), line) if inside else None

    @property
    def start(self) -> Place:
        """The first line of the package."""
        return Place(self.project.shown(self.project.package / "__init__.py"), 1)

    def of(self, item: Any) -> Place:
        """Return where a class or function is defined."""
        try:
            file = inspect.getsourcefile(item)
            line = inspect.getsourcelines(item)[1]
        except (OSError, TypeError):
            return self.start
        return Place(self.project.shown(Path(file or "")), line)

    @cached_property
    def _said(self) -> Mapping[str, Place]:
        found: dict[str, Place] = {}
        for source in self.files:
            names = self._names_of(source)
            for node in source.nodes() if not source.is_migration else ():
                if isinstance(node, ast.Constant | ast.JoinedStr):
                    found.setdefault(_text(node, names) or "", source.at(node))
        return found

    @cached_property
    def _names(self) -> dict[Path, dict[str, str]]:
        """The constants of each file: texts, and texts that are put together of others."""
        found: dict[Path, dict[str, str]] = {s.file: {} for s in self.files}
        for _ in range(3):  # SLUG, then f"/office/{SLUG}", then what is made of that elsewhere
            for source in self.files:
                known = _everywhere(found) | found[source.file]
                for node in source.nodes():
                    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                        text = _text(node.value, known)
                        if text is not None:
                            found[source.file][node.targets[0].id] = text
        return found

    def _names_of(self, source: Source) -> Mapping[str, str]:
        return _everywhere(self._names) | self._names[source.file]


def _everywhere(files: Mapping[Path, Mapping[str, str]]) -> dict[str, str]:
    """Return the constants that have the same value in every file that has them."""
    every: dict[str, set[str]] = {}
    for names in files.values():
        for name, text in names.items():
            every.setdefault(name, set()).add(text)
    return {name: texts.pop() for name, texts in every.items() if len(texts) == 1}


def _text(node: ast.AST, names: Mapping[str, str]) -> str | None:
    """Return what an expression of texts comes to, or None."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value, names)
    if isinstance(node, ast.JoinedStr):
        parts = [_text(value, names) for value in node.values]
        return None if None in parts else "".join(p for p in parts if p)
    return None


def _is_named(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name == name
    target = node.target if isinstance(node, ast.AnnAssign) else None
    return isinstance(target, ast.Name) and target.id == name
