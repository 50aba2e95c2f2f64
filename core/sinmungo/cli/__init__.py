"""`sinmungo …`: everything an operator does, in one command with sub-commands.

Each command is imported only when it is called: web and worker must be up soon after the demo.
"""

import sys

from cyclopts import App

from sinmungo.cli.told import CliProblemError

app = App(name="sinmungo", help="One deployment, many city halls that help companies.")
# Whoever asks for the list must not have to wait for every command's libraries.
_COMMANDS = (
    ("demo", "demo:demo", "Start PostgreSQL, web and worker with demo data."),
    ("web", "web:web", "Serve web and API with granian until SIGTERM or SIGINT."),
    ("worker", "serve:worker", "Do the outbox of every city until SIGTERM or SIGINT."),
    ("config", "serve:show_config", "Print the settings in force, secrets masked."),
    ("tenant", "tenants:app", "Cities of this deployment."),
    ("plugin", "plugins:app", "Plugins: what is installed, and their life in each city."),
    ("operator", "operators:app", "Accounts of the operator's desk at /platform."),
    ("doctor", "doctor:doctor", "Say what is wrong; exit code 1 when something does not work."),
    ("fleet", "fleet:app", "Bring all cities to the newest revisions."),
    ("server", "servers:app", "Database servers on which cities lie."),
    ("import", "imports:app", "Registers and lists from .xlsx or CSV into a city."),
    ("revision", "revisions:revision", "Write what the models have more than the revisions make."),
    ("headsql", "headsql:write_headsql", "Write the script from which new cities are made."),
)
for _name, _where, _told in _COMMANDS:
    app.command(f"sinmungo.cli.{_where}", name=_name, help=_told)


def main() -> None:
    """Run the command line; a foreseeable problem is one line on stderr and exit code 1."""
    try:
        app()
    except CliProblemError as problem:
        print(f"sinmungo: {problem}", file=sys.stderr)  # noqa: T201 - this is the command line's voice
        sys.exit(1)
