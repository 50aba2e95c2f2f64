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
    from hatchling.builders.wheel import WheelBuilder

    for project in projects:
        list(WheelBuilder(str(project)).build(directory=str(folder), versions=["standard"]))
    return sorted(folder.glob("*.whl"))


def clean_environment(folder: Path, wheels: Iterable[Path]) -> Path:
    """Make an environment with these wheels and return its Python."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps"]
    command += ["--no-index", "--no-compile", *map(str, wheels)]  # what runs is compiled then
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own wheels
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
