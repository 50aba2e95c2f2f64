"""The demo's operator, made once, so that a visitor can open `/platform` too."""

from sinmungo.app import Runtime
from sinmungo.demo.accounts import PASSWORD, Account, read_accounts, write_accounts
from sinmungo.errors import RefusedError
from sinmungo.platform_desk import figures, operators

LOGIN = "operator"
ROLE = "OPERATOR"


async def make_operator(runtime: Runtime) -> None:
    """Make the operator if there is none, and tell the account beside those of the cities."""
    try:
        made = await operators.add(runtime, LOGIN, password=PASSWORD, must_change=False)
    except RefusedError:
        return
    host = runtime.settings.platform_hosts[0] if runtime.settings.platform_hosts else ""
    account = Account("", host, ROLE, LOGIN, PASSWORD, "", made.secret)
    known = [a for a in read_accounts(runtime.settings.data_path) if a.role != ROLE]
    write_accounts(runtime.settings.data_path, [*known, account])


async def first_figures(runtime: Runtime) -> None:
    """Gather what the desk shows, so that its first look is not empty."""
    await figures.gather_all(runtime)
    await figures.measure(runtime)
