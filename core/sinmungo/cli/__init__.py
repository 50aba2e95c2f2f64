"""`sinmungo …`: everything an operator does, in one command with sub-commands.

Each command is imported only when it is called: web and worker must be up soon after the demo.
"""

import sys

from cyclopts import App

from sinmungo.cli.told import CliProblemError

app = App(name="sinmungo", help="One deployment, many city halls that help companies.")
app.command("sinmungo.cli.demo:demo", name="demo")
app.command("sinmungo.cli.web:web", name="web")
app.command("sinmungo.cli.serve:worker", name="worker")
app.command("sinmungo.cli.serve:show_config", name="config")
app.command("sinmungo.cli.tenants:app", name="tenant")
app.command("sinmungo.cli.plugins:app", name="plugin")
app.command("sinmungo.cli.operators:app", name="operator")
app.command("sinmungo.cli.doctor:doctor", name="doctor")
app.command("sinmungo.cli.fleet:app", name="fleet")
app.command("sinmungo.cli.servers:app", name="server")
app.command("sinmungo.cli.imports:app", name="import")
app.command("sinmungo.cli.revisions:revision", name="revision")
app.command("sinmungo.cli.headsql:write_headsql", name="headsql")


def main() -> None:
    """Run the command line; a foreseeable problem is one line on stderr and exit code 1."""
    try:
        app()
    except CliProblemError as problem:
        print(f"sinmungo: {problem}", file=sys.stderr)  # noqa: T201 - this is the command line's voice
        sys.exit(1)
