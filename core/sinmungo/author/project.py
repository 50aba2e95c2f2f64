"""Where a plugin's project lies, and how it is loaded without being installed.

A folder need not be installed to be looked at: its entry point is read from its pyproject.toml, and
a small metadata folder on the path stands for the installation in the processes that it starts.
"""

import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

from sinmungo.author.problems import AuthorProblemError
from sinmungo.host.loader import GROUP, discover

_METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


@dataclass(frozen=True, slots=True)
class Project:
    """A plugin's project: `root` is on the path, `package` is the folder of its code."""

    slug: str
    module: str
    root: Path
    package: Path
    name: str
    version: str

    @property
    def entry(self) -> EntryPoint:
        """The entry point, as an installation would register it."""
        return EntryPoint(self.slug, self.module, GROUP)

    def shown(self, file: Path) -> str:
        """Return a file's path as an author knows it: from the project's folder."""
        inside = file.is_relative_to(self.root)
        return str(file.relative_to(self.root)) if inside else file.name


def find_project(target: str) -> Project:
    """Return the project in a folder, or of an installed plugin's slug.

    Raises `AuthorProblemError` when there is none.
    """
    folder = Path(target).resolve()
    if (folder / "pyproject.toml").is_file():
        return _in_folder(folder)
    for entry in discover():
        if entry.name == target:
            return _installed(entry)
    raise AuthorProblemError(f"{target!r} is no folder with a pyproject.toml, and not installed")


def _in_folder(folder: Path) -> Project:
    raw = tomllib.loads((folder / "pyproject.toml").read_text("utf-8")).get("project", {})
    points = raw.get("entry-points", {}).get(GROUP, {})
    if len(points) != 1:
        raise AuthorProblemError(
            f'pyproject.toml names {len(points)} plugins: [project.entry-points."{GROUP}"] has one'
        )
    ((slug, module),) = points.items()
    package = folder / module.partition(":")[0].split(".")[0]
    if not (package / "__init__.py").is_file():
        raise AuthorProblemError(f"the entry point names {module!r}, which is not in {folder}")
    name = str(raw.get("name", slug))
    return Project(slug, module, folder, package, name, str(raw.get("version", "0")))


def _installed(entry: EntryPoint) -> Project:
    module = entry.value.partition(":")[0].split(".")[0]
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise AuthorProblemError(f"{entry.name}: the package {module!r} cannot be found")
    package = Path(spec.origin).parent
    if (package.parent / "pyproject.toml").is_file():
        return _in_folder(package.parent)  # an editable installation may be behind its project
    known = entry.dist.version if entry.dist else "0"
    named = entry.dist.name if entry.dist else entry.name
    return Project(entry.name, entry.value, package.parent, package, named, known)


def make_importable(project: Project) -> None:
    """Put the project first on this process's path."""
    if str(project.root) not in sys.path:
        sys.path.insert(0, str(project.root))


def write_metadata(project: Project, folder: Path) -> Path:
    """Write into `folder` what makes processes with it on their path see the plugin as installed.

    Returns the folder to put on PYTHONPATH beside the project's own.
    """
    info = folder / f"{project.name.replace('-', '_')}-{project.version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    text = _METADATA.format(name=project.name, version=project.version)
    (info / "METADATA").write_text(text, "utf-8")
    points = f"[{GROUP}]\n{project.slug} = {project.module}\n"
    (info / "entry_points.txt").write_text(points, "utf-8")
    return folder
