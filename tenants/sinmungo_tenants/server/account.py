"""PostgreSQL refuses root, and so do we: as root the server runs under an unprivileged account.

Only accounts that the system already has are used; nothing is created and no folder is opened up.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sinmungo_tenants.server.errors import ServerProblem
from sinmungo_tenants.server.process import die_with_parent

SERVICE_ACCOUNTS = ("postgres", "nobody")
# Nothing of the caller's PG* variables or locale may reach the server or its tools.
CLEAN_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """Who the server runs as; `uid` and `gid` are None when that is simply the caller."""

    name: str
    uid: int | None = None
    gid: int | None = None

    @property
    def extra_groups(self) -> list[int] | None:
        """No inherited groups for a dropped process; None leaves the caller's own alone."""
        return None if self.uid is None else []

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run `command` as this account to its end and return it with both outputs as one text."""
        return subprocess.run(  # noqa: S603 - fixed programs, no shell
            command,
            user=self.uid,
            group=self.gid,
            extra_groups=self.extra_groups,
            env=CLEAN_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
            preexec_fn=die_with_parent(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )

    def reaches(self, folder: Path) -> bool:
        """Whether the account may enter `folder`, through all folders above it."""
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0

    def give(self, path: Path) -> None:
        """Make `path` the account's own (a no-op when the account is the caller)."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def choose_account(cluster: Path) -> Account:
    """The caller, or as root: who owns the existing `cluster`, else the first service account."""
    if os.geteuid() != 0:
        return Account(name=str(os.geteuid()))
    for account in _owner(cluster) or _service_accounts():
        if _usable(account):
            return account
    raise ServerProblem(
        "PostgreSQL은 root로 실행할 수 없고, 대신 쓸 계정(postgres, nobody)도 없습니다.",
        "일반 사용자로 실행하거나 SINMUNGO_DATABASE_URL로 다른 PostgreSQL을 쓰십시오.",
    )


def _owner(cluster: Path) -> list[Account]:
    if not cluster.exists():
        return []
    found = cluster.stat()
    return [Account(str(found.st_uid), found.st_uid, found.st_gid)] if found.st_uid else []


def _service_accounts() -> list[Account]:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entries = [known[name] for name in SERVICE_ACCOUNTS if name in known]
    return [Account(e.pw_name, e.pw_uid, e.pw_gid) for e in entries if e.pw_uid != 0]


def _usable(account: Account) -> bool:
    # A container may list an account that it cannot switch to.
    try:
        return account.run(["/bin/sh", "-c", ":"]).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
