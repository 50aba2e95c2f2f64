"""How much room each city's schema takes: the catalogue tells it without a right on any table."""

import msgspec
from sqlalchemy import BigInteger, cast, column, func, select, table

from sinmungo_tenants.names import schema_of
from sinmungo_tenants.session import Session
from sinmungo_tenants.statements import read

_class = table("pg_class", column("oid"), column("relnamespace"), column("relkind"))
_space = table("pg_namespace", column("oid"), column("nspname"))


class _Size(msgspec.Struct):
    schema: str
    bytes: int


_SIZES = read(
    select(
        _space.c.nspname.label("schema"),
        cast(func.sum(func.pg_total_relation_size(_class.c.oid)), BigInteger).label("bytes"),
    )
    .join_from(_class, _space, _space.c.oid == _class.c.relnamespace)
    .where(_class.c.relkind == "r", _space.c.nspname.startswith("t_", autoescape=True))
    .group_by(_space.c.nspname),
    _Size,
)


async def sizes_of(db: Session, tenant_ids: list[str]) -> dict[str, int]:
    """Return bytes by city id: tables, indexes and what is stored beside them."""
    found = {row.schema: row.bytes for row in await db.all(_SIZES)}
    return {i: found[schema_of(i)] for i in tenant_ids if schema_of(i) in found}
