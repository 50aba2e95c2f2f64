"""`sinmungo operator …`: accounts of the operator's desk. No page makes one."""

from datetime import datetime

from cyclopts import App
from rich.table import Table

from sinmungo import clock
from sinmungo.cli.common import run, runtime
from sinmungo.cli.problems import console
from sinmungo.cli.told import CliProblemError
from sinmungo.platform_desk import operators, totp
from sinmungo.platform_desk.operators import Handed

app = App(name="operator", help="Accounts of the operator's desk at /platform.")


@app.command
def add(login: str) -> None:
    """Make an operator and print a one-time password, the TOTP secret and recovery codes, once."""

    async def work() -> None:
        async with runtime() as rt:
            _tell(await operators.add(rt, login))

    run(work())


@app.command
def reset(login: str) -> None:
    """Give an operator a new password, secret and recovery codes; open sessions end."""

    async def work() -> None:
        async with runtime() as rt:
            _tell(await operators.reset(rt, login))

    run(work())


@app.command
def disable(login: str) -> None:
    """Close an account; its sessions end at once."""
    _able(login, disabled=True)


@app.command
def enable(login: str) -> None:
    """Open a closed account again."""
    _able(login, disabled=False)


@app.command(name="list")
def show() -> None:
    """List every operator."""

    async def work() -> None:
        async with runtime() as rt:
            table = Table("login", "state", "made", "last sign-in", "recovery codes left")
            for one in await operators.all_operators(rt):
                table.add_row(
                    one.login,
                    one.state,
                    _when(one.created_at),
                    _when(one.signed_in_at),
                    str(one.codes_left),
                )
            console.print(table)

    run(work())


@app.command
def code(secret: str) -> None:
    """Print the six digits of a TOTP secret at this moment, as an authenticator app does."""
    import binascii

    try:
        digits = totp.code_at(secret.replace(" ", ""), clock.now())
    except binascii.Error as error:
        raise CliProblemError("that is no TOTP secret: letters A-Z and digits 2-7") from error
    console.print(digits)


def _when(moment: datetime | None) -> str:
    return f"{clock.to_seoul(moment):%Y-%m-%d %H:%M}" if moment else "-"


def _able(login: str, *, disabled: bool) -> None:
    async def work() -> None:
        async with runtime() as rt:
            await operators.set_disabled(rt, login, disabled=disabled)
        console.print(f"{login}: {'closed' if disabled else 'open'}")

    run(work())


def _tell(made: Handed) -> None:
    import segno

    console.print(f"아이디       {made.login}")
    console.print(f"비밀번호     {made.password} (처음 로그인한 뒤 바꿉니다)")
    console.print(f"인증 비밀값  {made.secret}")
    console.print(made.uri, markup=False, soft_wrap=True)
    if console.is_terminal:
        segno.make(made.uri).terminal(compact=True)
    console.print("복구 코드 (한 번씩만 쓸 수 있습니다)")
    for recovery in made.codes:
        console.print(f"  {recovery}")
    console.print("다시 볼 수 없으니 지금 옮겨 적으세요.")
