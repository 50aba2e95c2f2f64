"""The installer's search for a Python, on machines made of a temporary PATH, without a network."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("dirname", "cat", "cksum", "grep", "tail", "rm", "mkdir", "sh", "env", "chmod", "cp")
# A Python as the script sees one: it answers the fitness test by its exit status, and `-m venv`
# makes a folder whose python calls itself for pip, which records its arguments.
FIT_PYTHON = """#!/bin/sh
case "$*" in
  *"-m venv"*)
    mkdir -p .venv/bin && cp "$0" .venv/bin/python &&
      echo "VIRTUAL_ENV=$PWD/.venv" > .venv/bin/activate ;;
  *"-m pip --version"*) ;;
  *"-m pip"*) echo "$*" >> "$PIP_LOG"; [ -z "$PIP_SAYS" ] || { echo "$PIP_SAYS"; exit 1; } ;;
  *platform*) echo "Python 3.13.0" ;;
esac
"""
REFUSING_SHIM = "#!/bin/sh\necho 'pyenv: command not found' >&2\nexit 127\n"
WITHOUT_ENSUREPIP = "#!/bin/sh\ncase \"$*\" in *'-m venv'*) mkdir .venv; exit 1 ;; esac\n"


class Machine:
    def __init__(self, base: Path) -> None:
        self.project = base / "some project"
        self.path = base / "path"
        self.home = base / "home"
        self.pip_log = base / "pip.log"
        for folder in (self.project / "requirements", self.path, self.home):
            folder.mkdir(parents=True)
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None
            (self.path / tool).symlink_to(found)
        shutil.copy(ROOT / "requirements/install.sh", self.project / "requirements/install.sh")
        for name in ("build", "base", "dev"):
            (self.project / f"requirements/{name}.txt").write_text(f"# {name}\n")
        (self.project / "pyproject.toml").write_text("[project]\n")

    def put(self, path: Path, script: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def install(self, kind: str = "base", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.project / "requirements/install.sh", kind],
            env={
                "PATH": str(self.path),
                "HOME": str(self.home),
                "PYTHON_PLACES": "",
                "PIP_LOG": str(self.pip_log),
                "PIP_SAYS": "",
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def pip_calls(self) -> list[str]:
        return self.pip_log.read_text().splitlines() if self.pip_log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_no_python_is_one_line_with_the_remedy(machine: Machine) -> None:
    answer = machine.install()

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert "3.12" in answer.stderr
    assert not (machine.project / ".venv").exists()


def test_a_shim_that_refuses_is_passed_over_for_a_version_it_hides(machine: Machine) -> None:
    machine.put(machine.path / "python3.13", REFUSING_SHIM)
    machine.put(machine.path / "python3", REFUSING_SHIM)
    hidden = machine.put(machine.home / ".pyenv/versions/3.12.4/bin/python3.12", FIT_PYTHON)

    answer = machine.install()

    assert answer.returncode == 0, answer.stderr
    assert str(hidden) in answer.stdout


def test_pyenv_root_is_obeyed(machine: Machine) -> None:
    found = machine.put(machine.home / "envs/versions/3.14.1/bin/python3.14", FIT_PYTHON)

    answer = machine.install(PYENV_ROOT=str(machine.home / "envs"))

    assert str(found) in answer.stdout


def test_a_python_that_cannot_make_an_environment_is_passed_over(machine: Machine) -> None:
    machine.put(machine.path / "python3.13", WITHOUT_ENSUREPIP)
    fit = machine.put(machine.path / "python3.12", FIT_PYTHON)

    assert str(fit) in machine.install().stdout


def test_the_search_asks_for_3_12(machine: Machine) -> None:
    # The fitness expression itself, under an interpreter that claims another version.
    script = (machine.project / "requirements/install.sh").read_text()
    line = next(line for line in script.splitlines() if line.startswith("fit="))
    expression = line.removeprefix("fit='").removesuffix("'")
    for version, status in (((3, 11, 9), 1), ((3, 12, 0), 0), ((3, 14, 0), 0)):
        pretend = f"import sys; sys.version_info = {version}; {expression}"
        answer = subprocess.run([sys.executable, "-c", pretend], check=False)
        assert answer.returncode == status


def test_a_named_python_is_the_only_one_tried(machine: Machine) -> None:
    machine.put(machine.path / "python3.13", FIT_PYTHON)
    named = machine.put(machine.home / "mine/python", REFUSING_SHIM)

    answer = machine.install(PYTHON=str(named))

    assert answer.returncode == 1
    assert f"PYTHON={named}" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_uv_is_the_last_resort(machine: Machine) -> None:
    fit = machine.put(machine.home / "uv-python", FIT_PYTHON)
    machine.put(
        machine.path / "uv", f'#!/bin/sh\necho "$*" > "{machine.home}/uv.log"\n"{fit}" -m venv\n'
    )

    answer = machine.install()

    assert answer.returncode == 0, answer.stderr
    assert "--seed" in (machine.home / "uv.log").read_text()


def test_what_is_installed_is_hashed_and_every_plugin_follows(machine: Machine) -> None:
    machine.put(machine.path / "python3.13", FIT_PYTHON)
    (machine.project / "plugins/somewhere").mkdir(parents=True)
    (machine.project / "plugins/somewhere/pyproject.toml").write_text("[project]\n")
    (machine.project / "plugins/empty").mkdir()

    assert machine.install("dev").returncode == 0

    requirements, projects = machine.pip_calls()
    assert "--require-hashes" in requirements
    assert "requirements/dev.txt" in requirements
    assert "--no-deps --no-build-isolation -e . -e plugins/somewhere" in projects
    assert "empty" not in projects


def test_a_second_run_does_nothing_until_something_changes(machine: Machine) -> None:
    machine.put(machine.path / "python3.13", FIT_PYTHON)
    machine.install("dev")
    again = machine.install("dev")
    smaller = machine.install("base")
    assert (again.stdout, smaller.stdout) == ("", "")
    assert len(machine.pip_calls()) == 2

    (machine.project / "requirements/dev.txt").write_text("# more\n")
    machine.install("dev")

    assert len(machine.pip_calls()) == 4


def test_a_broken_or_moved_environment_is_made_anew(machine: Machine) -> None:
    machine.put(machine.path / "python3.13", FIT_PYTHON)
    machine.install()
    machine.put(machine.project / ".venv/bin/python", REFUSING_SHIM)
    assert "python3.13" in machine.install().stdout

    machine.project = machine.project.rename(machine.project.with_name("moved"))

    assert "python3.13" in machine.install().stdout
    assert str(machine.project) in (machine.project / ".venv/bin/activate").read_text()


def test_a_failed_install_is_one_line_and_tried_again(machine: Machine) -> None:
    machine.put(machine.path / "python3.13", FIT_PYTHON)

    answer = machine.install(PIP_SAYS="ERROR: no such wheel")

    assert answer.returncode == 1
    assert "ERROR: no such wheel" in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert machine.install().returncode == 0


def test_an_unknown_kind_is_refused(machine: Machine) -> None:
    answer = machine.install("everything")

    assert answer.returncode == 1
    assert "base|dev" in answer.stderr


def test_the_scripts_are_executable() -> None:
    scripts = ("install.sh", "chromium.sh", "nginx.sh")
    for name in (*(f"requirements/{script}" for script in scripts), ".ci/run"):
        assert os.access(ROOT / name, os.X_OK)
