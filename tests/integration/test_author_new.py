"""`sinmungo plugin new`: a stranger's first project is sound, and its desk reloads it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from sinmungo.author.demo_city import city_of
from sinmungo.author.problems import AuthorProblemError
from sinmungo.author.project import find_project, write_metadata
from sinmungo.author.scaffolding import scaffold
from sinmungo.testing.demo import free_port
from sinmungo_tenants.server import EmbeddedServer

UP_SECONDS = 180
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    scaffold("suwon_2", "새빛 기업", tmp_path)
    return tmp_path / "sinmungo-suwon-2"


def run(project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=project,
        env={k: v for k, v in os.environ.items() if k != "SINMUNGO_TEST_DSN"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("slug", "title"),
    [
        ("cases", "새 사업"),
        ("api", "새 사업"),
        ("new-seoul", "새 사업"),
        ("seoul", "New programme"),
        ("seoul", '새 "사업"'),
        ("a" * 21, "새 사업"),
    ],
)
def test_what_cannot_be_a_plugin_is_refused(slug, title, tmp_path):
    with pytest.raises(AuthorProblemError):
        scaffold(slug, title, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_project_is_never_written_over(tmp_path):
    scaffold("seoul", "새 사업", tmp_path)
    with pytest.raises(AuthorProblemError, match="already"):
        scaffold("seoul", "새 사업", tmp_path)


@pytest.mark.parametrize(
    ("slug", "title"),
    [("ab", "새"), ("a_city_of_a_long_nam", "아주 긴 이름을 가진 우리 시의 사업")],
)
def test_it_is_clean_whatever_it_is_called(slug, title, tmp_path):
    scaffold(slug, title, tmp_path)
    for words in (("check", "."), ("format", "--check", ".")):
        done = run(tmp_path / f"sinmungo-{slug.replace('_', '-')}", "ruff", *words)
        assert done.returncode == 0, done.stdout


@pytest.mark.soak
def test_its_own_ci_script_passes(project, tmp_path):
    """Linter, types, tests and the conformance kit, by the script that the project brings along."""
    shim = write_metadata(find_project(str(project)), tmp_path / "shim")
    kept = {k: v for k, v in os.environ.items() if k != "SINMUNGO_TEST_DSN"}
    done = subprocess.run(
        [str(project / "ci.sh")],
        env={**kept, "VENV": sys.prefix, "PYTHONPATH": str(shim)},
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    for said in ("All checks passed", "already formatted", "no issues found", "6 passed"):
        assert said in told
    assert told.rstrip().endswith("고칠 것이 없습니다")


def wait_for(what: Callable[[], bool], process: subprocess.Popen[str], log: Path) -> None:
    end = time.monotonic() + UP_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text("utf-8")
        if what():
            return
        time.sleep(0.2)
    raise AssertionError(log.read_text("utf-8"))


@pytest.fixture
def desk(project: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
    port, log = free_port(), tmp_path / "dev.log"
    data = tmp_path / "data"
    words = ["plugin", "dev", str(project), "--port", str(port), "--data", str(data)]
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sinmungo.cli", *words],
            env={**os.environ, "COLUMNS": "200"},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    yield process, port, log
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
    EmbeddedServer(data).discard()


@pytest.mark.soak
def test_the_desk_shows_the_plugin_and_reloads_it(project, desk):
    process, port, log = desk
    wait_for(lambda: "Ctrl-C" in log.read_text("utf-8"), process, log)
    host = f"{city_of(find_project(str(project)))}.localhost:{port}"
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"host": host}, timeout=10)

    def page() -> str:
        try:
            return client.get("/suwon_2/programme").text
        except httpx.HTTPError:
            return ""

    package = project / "sinmungo_suwon_2" / "programme"
    front = package / "front.py"
    front.write_text(
        '"""What companies see."""\n\n'
        "from litestar import Controller, get\n\n"
        "from sinmungo.sdk import public\n\n\n"
        'class Front(Controller):\n    """`/suwon_2/programme`."""\n\n'
        '    @get("/", opt=public())\n'
        '    async def show(self) -> str:\n        """Say hello."""\n'
        '        return "첫 인사"\n'
    )
    init = package / "__init__.py"
    text = init.read_text("utf-8")
    text = text.replace("import PERMISSIONS, READ\n", "import PERMISSIONS, READ\n@@\n")
    text = text.replace("@@", "from sinmungo_suwon_2.programme.front import Front")
    init.write_text(
        text.replace("    api=(MemberApi,),", "    portal=(Front,),\n    api=(MemberApi,),")
    )
    wait_for(lambda: page() == "첫 인사", process, log)
    front.write_text(front.read_text("utf-8").replace("첫 인사", "둘째 인사"))
    wait_for(lambda: page() == "둘째 인사", process, log)
    front.write_text("nonsense =\n")
    wait_for(lambda: "SyntaxError" in log.read_text("utf-8"), process, log)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0, log.read_text("utf-8")
    assert page() == ""
