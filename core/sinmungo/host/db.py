"""Column habits that every table shares, so that a model reads like the thing it stores."""

from typing import Any

from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, Text, Uuid

from sinmungo_tenants.control.tables import NAMING


def new_metadata() -> MetaData:
    """Return the MetaData of one component, with names for every constraint."""
    return MetaData(naming_convention=NAMING)


core_metadata = new_metadata()


def pk() -> Column[Any]:
    """Return the UUIDv7 primary key, made in Python."""
    return Column("id", Uuid, primary_key=True)


def row_version() -> Column[Any]:
    """Return the counter that every editable table has: 1, then one more per change."""
    return Column("row_version", Integer, nullable=False)


def moment(name: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """Return a timestamptz column."""
    return Column(name, DateTime(timezone=True), nullable=nullable, index=index)


def text(name: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """Return a text column."""
    return Column(name, Text, nullable=nullable, index=index)


def sealed(name: str, *, tail: bool = False) -> list[Column[Any]]:
    """Return the columns of a personal field: ciphertext, mask, keyed hash (and last four).

    Nullable as a whole; what is stored is made by `sinmungo.sealed` under the city's key.
    """
    columns: list[Column[Any]] = [
        Column(f"{name}_sealed", LargeBinary, nullable=True),
        Column(f"{name}_mask", Text, nullable=True),
        Column(f"{name}_hash", LargeBinary, nullable=True, index=True),
    ]
    if tail:
        columns.append(Column(f"{name}_tail", LargeBinary, nullable=True, index=True))
    return columns
