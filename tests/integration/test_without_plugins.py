"""A city's plugin is a guest: without its folder everything else stands and every test passes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(p.parent.name for p in ROOT.glob("plugins/*/pyproject.toml"))
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", ".sinmungo", "__pycache__", ".*_cache")


@pytest.mark.soak
@pytest.mark.parametrize("gone", PLUGINS)
def test_the_whole_suite_passes_without_a_plugins_folder(gone: str, tmp_path: Path):
    copy = tmp_path / "copy"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    shutil.rmtree(copy / "plugins" / gone)
    unset = {"VIRTUAL_ENV", "SINMUNGO_TEST_DSN", "PYTEST_CURRENT_TEST", "PYTHONPATH"}
    environment = {k: v for k, v in os.environ.items() if k not in unset}
    done = subprocess.run(
        ["make", "test"],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
