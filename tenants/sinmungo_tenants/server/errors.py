"""Whoever starts the demo is no database administrator: a failure is one line with a way out."""

import errno
from pathlib import Path

OTHER_FOLDER = "DATA=로 다른 폴더를 정하십시오."


class ServerProblem(Exception):  # noqa: N818 - a state to be mended
    """Why the server cannot run (`reason`), what to do (`remedy`); `str()` is both in one line."""

    def __init__(self, reason: str, remedy: str) -> None:
        self.reason = " ".join(reason.split())
        self.remedy = " ".join(remedy.split())
        super().__init__(f"{self.reason} {self.remedy}")


def disk_full(path: Path) -> ServerProblem:
    """The disk under `path` has no room left."""
    return ServerProblem(f"{path}의 디스크가 가득 찼습니다.", f"공간을 비우거나 {OTHER_FOLDER}")


def from_os_error(error: OSError, path: Path) -> ServerProblem:
    """Say in one line what the operating system refused while working on `path`."""
    where = error.filename or path
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(path)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return ServerProblem(
            f"{where}에 쓸 권한이 없습니다.", f"이 폴더를 만든 사용자로 실행하거나 {OTHER_FOLDER}"
        )
    return ServerProblem(f"{where}을(를) 쓸 수 없습니다({error.strerror}).", OTHER_FOLDER)
