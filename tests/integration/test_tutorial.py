"""The tutorial, done as it is written: every command run, every file made, in a fresh environment.

Blocks of the page say what they are: ```sh is run; ```sh background runs until the end; ```sh until
is repeated until it succeeds; ```python title=FILE makes a file, append=FILE adds to its end,
edit=FILE after="TEXT" adds below the line that holds the text.
"""

import os
import re
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sinmungo.testing.environments import build_wheels, clean_environment

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorials" / "a-programme-in-30-minutes.md"
BLOCK = re.compile(
    r"^```(?P<kind>sh|python)(?P<words>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
STEP_SECONDS = 300
pytestmark = pytest.mark.timeout(1200)


class Reader:
    """Somebody who does what the page says."""

    def __init__(self, folder: Path, venv: Path) -> None:
        self.folder = folder
        path = os.pathsep.join([str(venv / "bin"), os.environ["PATH"]])
        drop = {"PYTHONPATH", "SINMUNGO_TEST_DSN", "SINMUNGO_STRICT_PLUGINS"}
        kept = {k: v for k, v in os.environ.items() if k not in drop}
        self.environment = {**kept, "PATH": path, "VIRTUAL_ENV": str(venv)}
        self.background: subprocess.Popen[str] | None = None
        self.log = folder / "background.log"
        self.told = ""

    def act(self, kind: str, words: list[str], body: str) -> None:
        options = dict(w.split("=", 1) for w in words if "=" in w)
        if kind == "python":
            self.write(options, body)
        elif "background" in words:
            self.start(body)
        elif "until" in words:
            self.until(body)
        else:
            self.shell(body)

    def write(self, options: dict[str, str], body: str) -> None:
        ((_, name),) = [(k, v) for k, v in options.items() if k in {"title", "append", "edit"}]
        file = self.folder / name
        if "title" in options:
            assert not file.exists(), name
            file.write_text(body, "utf-8")
            return
        text = file.read_text("utf-8")
        if "append" in options:
            file.write_text(text + body, "utf-8")
            return
        lines = text.splitlines(keepends=True)
        (number,) = [n for n, line in enumerate(lines) if options["after"] in line]
        file.write_text("".join([*lines[: number + 1], body, *lines[number + 1 :]]), "utf-8")

    def shell(self, body: str) -> None:
        done = subprocess.run(
            ["sh", "-ec", body],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
            check=False,
        )
        assert done.returncode == 0, body + done.stdout + done.stderr + self.said()
        moved = re.search(r"^cd (\S+)$", body, re.MULTILINE)
        if moved:
            self.folder /= moved[1]
        self.told = done.stdout

    def start(self, body: str) -> None:
        with self.log.open("w") as output:
            self.background = subprocess.Popen(
                shlex.split(body),
                cwd=self.folder,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text("utf-8") if self.log.exists() else ""

    def until(self, body: str) -> None:
        end = time.monotonic() + STEP_SECONDS
        while time.monotonic() < end:
            assert self.background is None or self.background.poll() is None, self.said()
            done = subprocess.run(
                ["sh", "-c", body], cwd=self.folder, env=self.environment, check=False
            )
            if done.returncode == 0:
                return
            time.sleep(0.5)
        raise AssertionError(self.said())

    def end(self) -> None:
        if self.background is not None:
            self.background.send_signal(signal.SIGTERM)
            assert self.background.wait(90) == 0, self.said()


def blocks() -> list[tuple[str, list[str], str]]:
    text = PAGE.read_text("utf-8")
    return [(m["kind"], shlex.split(m["words"]), m["body"]) for m in BLOCK.finditer(text)]


def test_every_block_of_the_page_is_one_that_is_run():
    assert len(blocks()) == PAGE.read_text("utf-8").count("```") / 2
    assert len(PAGE.read_text("utf-8").splitlines()) < 160


@pytest.mark.soak
def test_it_works_as_written(tmp_path: Path):
    wheels = build_wheels([ROOT], tmp_path / "wheels")
    python = clean_environment(tmp_path / "env", wheels)
    folder = tmp_path / "work"
    folder.mkdir()
    reader = Reader(folder, python.parents[1])
    try:
        for kind, words, body in blocks():
            reader.act(kind, words, body)
        assert "고칠 것이 없습니다" in reader.told
    finally:
        reader.end()
