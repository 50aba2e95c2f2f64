"""A file whose bytes are hashed and counted on their way through."""

import hashlib
from typing import IO


class Hashed:
    """Passes bytes on to a file, or from one, and keeps their hash and number."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Write and hash."""
        self._digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def read(self, size: int = -1) -> bytes:
        """Read and hash."""
        data = self._file.read(size)
        self._digest.update(data)
        self.size += len(data)
        return data

    @property
    def sha256(self) -> str:
        """The hash of what went through so far."""
        return self._digest.hexdigest()
