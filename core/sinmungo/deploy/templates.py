"""A template: a city's file without the city, for those that begin alike."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sinmungo.deploy.cities import CityFile, shaped
from sinmungo.deploy.problems import CityFileProblemError

SERVICE_NAME = "기업SOS"
_OWN = ("slug", "name")


@dataclass(frozen=True, slots=True)
class Template:
    """What the cities have in common; `{slug}` in its hosts becomes the city's."""

    raw: dict[str, Any] = field(default_factory=dict)

    def city(
        self,
        slug: str,
        name: str,
        *,
        hosts: tuple[str, ...] = (),
        service_name: str = "",
        kind: str = "",
        plugins: tuple[str, ...] = (),
        server: str = "",
    ) -> CityFile:
        """Return the file of a city; what is given here goes before what the template says.

        Raises `CityFileProblemError` when the template holds what a city's file cannot.
        """
        own = {"hosts": hosts, "service_name": service_name, "kind": kind, "plugins": plugins}
        own["server"] = server
        common = {"service_name": SERVICE_NAME, **self.raw}
        common["hosts"] = [host.replace("{slug}", slug) for host in common.get("hosts", ())]
        chosen = {key: value for key, value in own.items() if value}
        try:
            return shaped({**common, **chosen, "slug": slug, "name": name})
        except msgspec.ValidationError as error:
            raise CityFileProblemError(f"template: {error}") from error


def read_template(file: Path | None) -> Template:
    """Return the template of a file, or an empty one; raise `CityFileProblemError`."""
    if file is None:
        return Template()
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CityFileProblemError(f"{file.name}: {error}") from error
    own = [key for key in _OWN if key in raw]
    if own:
        raise CityFileProblemError(f"{file.name}: {', '.join(own)} belongs to a city, not here")
    return Template(raw)
