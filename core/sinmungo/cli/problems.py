"""Problems of the command line, told in one line; imports little, since every command needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from rich.console import Console

from sinmungo import config
from sinmungo.cli.told import CliProblemError
from sinmungo.deploy.problems import DeployProblemError
from sinmungo.errors import SinmungoError
from sinmungo.sealed import SealError
from sinmungo_tenants.errors import TenantsError
from sinmungo_tenants.server.errors import ServerProblem

console = Console(stderr=False, highlight=False)
FORESEEN = (
    DeployProblemError,
    ServerProblem,
    SealError,
    SinmungoError,
    TenantsError,
    msgspec.ValidationError,
)


@contextmanager
def told() -> Iterator[None]:
    """Turn foreseeable problems into one line."""
    try:
        yield
    except FORESEEN as error:
        raise CliProblemError(str(error)) from error


def load_settings() -> config.Settings:
    """Return the settings; a wrong one is told by name."""
    with told():
        return config.load()
