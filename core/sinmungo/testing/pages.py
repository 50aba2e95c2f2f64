"""Pages of the documentation that are done as they are written, block by block in one shell.

A block says in its first line what it is: ```sh title=NAME, and what it needs beside. Blocks with
the title `places` hold nothing but variables: those alone are set to something else.
"""

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

_BLOCK = re.compile(r"^```(?P<words>[^\n]+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r"(\w+)=(\S+)")
PLACES = "places"
_SECONDS = 300


class Block(NamedTuple):
    """One block of commands; `needs` names a program without which it cannot be run."""

    title: str
    needs: str
    body: str


def blocks(page: Path) -> Iterator[Block]:
    """Yield the page's blocks; ValueError for one that is no block of commands with a title."""
    for found in _BLOCK.finditer(page.read_text("utf-8")):
        kind, *words = shlex.split(found["words"])
        options = dict(word.split("=", 1) for word in words)
        if kind != "sh" or "title" not in options:
            raise ValueError(f"{page.name}: ```{found['words']}")
        yield Block(options["title"], options.get("needs", ""), found["body"])


class Shell:
    """One shell in which variables last from block to block, as for somebody who types them."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._kept = folder / "variables"
        self._kept.touch()

    def places(self, block: Block, wanted: Mapping[str, str]) -> None:
        """Set the variables of a block of places, each to what it is here."""
        lines = (line.partition("#")[0] for line in block.body.splitlines())
        named = [name for line in lines for name, _ in _PLACE.findall(line)]
        if unknown := set(named) - wanted.keys():
            raise ValueError(f"places that the test does not know: {sorted(unknown)}")
        self.run(block._replace(body="".join(f"{n}={shlex.quote(wanted[n])}\n" for n in named)))

    def run(self, block: Block) -> str:
        """Run a block until its first failure, which is an AssertionError with all it wrote."""
        kept = shlex.quote(str(self._kept))
        script = f"set -eu -a\n. {kept}\n{block.body}\nexport -p > {kept}\n"
        done = subprocess.run(  # noqa: S603 - the page's own commands
            ["/bin/sh", "-c", script],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        told = done.stdout + done.stderr
        if done.returncode:
            raise AssertionError(f"{block.title}: {done.returncode}\n{block.body}\n{told}")
        return told

    def variable(self, name: str) -> str:
        """Return a variable as the last block left it."""
        return self.run(Block(name, "", f'printf %s "${name}"\n'))


def do(
    page: Path,
    shell: Shell,
    places: Mapping[str, str],
    *,
    skip: Callable[[Block], bool],
    around: Callable[[Block, Callable[[], str]], None],
) -> None:
    """Do a page. `around` is handed each block and what runs it, to look before and after."""
    for block in blocks(page):
        if block.title == PLACES:
            shell.places(block, places)
        elif not skip(block):
            around(block, lambda block=block: shell.run(block))  # type: ignore[misc]
