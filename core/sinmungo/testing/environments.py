"""A fresh environment with wheels of our own, as a stranger would have it, without a download.

Third-party packages come from the environment that runs the tests, through a path file.
"""

import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable
from pathlib import Path


def build_wheels(projects: Iterable[Path], folder: Path) -> list[Path]:
    """Build each project's wheel into `folder` and return all wheels that lie there."""
    for project in projects:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(command, cwd=project, check=True, capture_output=True)  # noqa: S603 - our own projects
    return sorted(folder.glob("*.whl"))


def clean_environment(folder: Path, wheels: Iterable[Path]) -> Path:
    """Make an environment with these wheels and return its Python."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps"]
    subprocess.run([*command, "--no-index", *map(str, wheels)], check=True, capture_output=True)  # noqa: S603 - our own wheels
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    (Path(paths["purelib"]) / "third_party.pth").write_text(str(_third_party(folder)))
    return python


def _third_party(folder: Path) -> Path:
    """Return a folder with links to this environment's packages, all but our own."""
    links = folder / "third_party"
    links.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "sinmungo" not in entry.name:
            (links / entry.name).symlink_to(entry)
    return links
