"""What a component (core, or a plugin) hands over so that its tables exist in a city."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData

from sinmungo_tenants.names import safe


@dataclass(frozen=True, slots=True)
class Component:
    """A name, an Alembic tree, and the tables it makes.

    `append_only` names the logs on which a city's role may only INSERT and SELECT. `minimum` is the
    oldest revision on which this code still works (the newest, if empty): cities between the two
    are served as ever while a fleet run brings them to the newest.
    """

    name: str
    scripts: Path
    metadata: MetaData
    append_only: tuple[str, ...] = ()
    minimum: str = ""

    def __post_init__(self) -> None:
        safe(self.name)

    @property
    def version_table(self) -> str:
        """Return the component's own version table in each city's schema."""
        return f"alembic_{self.name}"
