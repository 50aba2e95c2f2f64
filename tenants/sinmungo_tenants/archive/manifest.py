"""What an archive says about itself, so that it can be judged before anything is written."""

from datetime import datetime

import msgspec

FORMAT = 1
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"


class City(msgspec.Struct, frozen=True):
    """A city as the registry had it."""

    id: str
    slug: str
    kind: str
    name: str
    service_name: str
    state: str
    created_at: datetime
    hosts: tuple[str, ...] = ()
    plugins: dict[str, str] = {}


class TablePart(msgspec.Struct, frozen=True):
    """One table: whose it is, its columns, and the hash of its COPY text before packing."""

    name: str
    component: str
    columns: tuple[str, ...]
    rows: int
    size: int
    sha256: str

    @property
    def member(self) -> str:
        """The table's place in the archive."""
        return f"tables/{self.name}.copy.gz"


class FilePart(msgspec.Struct, frozen=True):
    """One file of the city: which folder, where in it, its size and hash."""

    folder: str
    path: str
    size: int
    sha256: str

    @property
    def member(self) -> str:
        """The file's place in the archive."""
        return f"files/{self.folder}/{self.path}"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of an archive but the rows and files themselves."""

    format: int
    product: str
    deployment: str
    made_at: datetime
    city: City
    revisions: dict[str, str]
    tables: tuple[TablePart, ...]
    files: tuple[FilePart, ...]
    content_sha256: str

    @property
    def rows(self) -> int:
        """The number of rows of all tables."""
        return sum(t.rows for t in self.tables)
