"""A mistake as its author needs it: where it is, what is wrong, what to do."""

import ast
import inspect
from collections.abc import Iterator
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


class Sources:
    """All Python files of a project's package."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.files = [Source(project, f) for f in sorted(project.package.rglob("*.py"))]

    def __iter__(self) -> Iterator[Source]:
        return iter(self.files)

    def saying(self, text: str) -> Place:
        """Return where a text stands in the code; the first line if it is put together."""
        for source in self.files:
            if source.is_migration or text not in source.text:
                continue
            for node in ast.walk(source.tree):
                if isinstance(node, ast.Constant) and node.value == text:
                    return source.at(node)
        return self.start

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
