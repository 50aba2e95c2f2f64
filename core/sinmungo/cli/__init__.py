"""`sinmungo …`: everything an operator does, in one command with sub-commands."""

import sys

from cyclopts import App

from sinmungo.cli import demo, plugins, revisions, serve, tenants
from sinmungo.cli.common import CliProblemError

app = App(name="sinmungo", help="One deployment, many city halls that help companies.")
app.command(demo.demo)
app.command(serve.web)
app.command(serve.worker)
app.command(serve.show_config, name="config")
app.command(tenants.app, name="tenant")
app.command(plugins.app, name="plugin")
app.command(revisions.revision)


def main() -> None:
    """Run the command line; a foreseeable problem is one line on stderr and exit code 1."""
    try:
        app()
    except CliProblemError as problem:
        print(f"sinmungo: {problem}", file=sys.stderr)  # noqa: T201 - this is the command line's voice
        sys.exit(1)
