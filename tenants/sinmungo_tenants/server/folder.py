"""The data folder: whose it is, what lies where in it, and that one server at a time uses it.

<data>/sinmungo-data        says that the folder is ours to write in
<data>/server/cluster       PostgreSQL's files, owned by the account that runs it; a symbolic
                            link into /var/lib/sinmungo where that account cannot reach <data>
<data>/server/cluster.lock  held while a server runs (beside the real cluster)
<data>/server/made          written once the cluster was whole
<data>/server/password      of the superuser, for the owner of the folder only
<data>/server/server.log
"""

import fcntl
import os
import secrets
from pathlib import Path

from sinmungo_tenants.server.account import Account
from sinmungo_tenants.server.errors import OTHER_FOLDER, ServerProblem

SYSTEM_HOME = Path("/var/lib/sinmungo")
STAMP = "sinmungo-data"
_ENTER_ONLY = 0o711  # others may pass through to what is theirs, and list nothing


def claim_folder(root: Path) -> None:
    """Make `root` a data folder, or accept one made before.

    Raises ServerProblem when it holds somebody else's files; OSError when it cannot be written.
    """
    if (root / STAMP).is_file():
        return
    if root.exists() and not root.is_dir():
        raise ServerProblem(f"{root}은(는) 폴더가 아닙니다.", OTHER_FOLDER)
    if not root.exists():
        root.mkdir(parents=True)
        root.chmod(_ENTER_ONLY)
    if any(root.iterdir()):
        raise ServerProblem(f"{root}에 신문고의 것이 아닌 파일이 있습니다.", OTHER_FOLDER)
    (root / STAMP).write_text("Data folder of sinmungo. Do not edit by hand.\n", encoding="ascii")


def private_file(path: Path, text: str) -> None:
    """Write `text` to a new file that only its owner can read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)


def system_home() -> Path:
    """A place that every account can reach; only root ever needs it, and makes it."""
    SYSTEM_HOME.mkdir(mode=_ENTER_ONLY, parents=True, exist_ok=True)
    SYSTEM_HOME.chmod(_ENTER_ONLY)
    return SYSTEM_HOME


class ServerFolder:
    """The server's part of one data folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "server"
        self.cluster_link = self.home / "cluster"
        self.made = self.home / "made"
        self.password_file = self.home / "password"
        self.log = self.home / "server.log"

    def prepare(self) -> None:
        """Create the folder where missing. Raises ServerProblem, OSError."""
        claim_folder(self.root)
        if not self.home.exists():
            self.home.mkdir()
            self.home.chmod(_ENTER_ONLY)

    def place_cluster(self, account: Account) -> Path:
        """Where the cluster lies or shall lie: here, or where `account` can reach it."""
        link = self.cluster_link
        if link.is_symlink():
            return link.readlink()
        if account.reaches(self.home):
            return link
        if link.exists():
            raise ServerProblem(
                f"계정 {account.name}이(가) {self.home}에 들어갈 수 없습니다.",
                f"위 폴더들의 실행 권한(chmod o+x)을 되돌리거나 {OTHER_FOLDER}",
            )
        return self._place_elsewhere()

    def _place_elsewhere(self) -> Path:
        target = system_home() / secrets.token_hex(8)
        try:
            self.cluster_link.symlink_to(target)
        except FileExistsError:  # another start was faster: the lock decides between the two
            return self.cluster_link.readlink()
        return target

    def new_password(self) -> str:
        """Generate and keep the superuser's password for a cluster about to be made."""
        password = secrets.token_urlsafe(24)
        self.password_file.unlink(missing_ok=True)
        private_file(self.password_file, password)
        return password

    def password(self) -> str:
        """The superuser's password."""
        return self.password_file.read_text(encoding="ascii")


class FolderLock:
    """An flock that the kernel releases however its holder ends."""

    def __init__(self, path: Path, root: Path) -> None:
        self._path, self._root = path, root
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock at once or raise ServerProblem naming the holder."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip() or "?"
            os.close(handle)
            raise ServerProblem(
                f"데이터 폴더 {self._root}을(를) 다른 프로세스({holder})가 쓰고 있습니다.",
                f"그것을 끝내거나 {OTHER_FOLDER}",
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Let go; harmless when not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
