"""Bodies that a handler can read, made from its own types, so that it gets as far as the record.

A change that is refused for its shape proves nothing about walls; what is sent here has every field
in its right type and, wherever an id may stand, the id of a record that is not the sender's.
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import msgspec
from litestar.handlers import HTTPRouteHandler
from msgspec import inspect as kinds

type Ids = Callable[[str], UUID]

_FIXED: dict[type, Any] = {
    kinds.BoolType: False,
    kinds.FloatType: 1.0,
    kinds.DecimalType: Decimal(1),
    kinds.DateType: date(2026, 11, 20),
    kinds.TimeType: time(10, 0),
    kinds.DateTimeType: datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
    kinds.BytesType: b"x",
    kinds.NoneType: None,
    kinds.AnyType: "x",
}
_DEEP = 6
# Texts that stand for something: a word that the house would refuse tells nothing about walls.
_TEXTS = {"reason": "사유", "phone": "02-700-0000", "email": "a@example.kr", "kind": "xlsx"}


def body_of(handler: HTTPRouteHandler, ids: Ids) -> Any | None:
    """Return a body for the handler's `data`, as plain JSON values; None if it takes none."""
    parameter = handler.parsed_fn_signature.parameters.get("data")
    if parameter is None:
        return None
    return msgspec.to_builtins(_value(kinds.type_info(parameter.annotation), "", ids, 0))


def query_of(handler: HTTPRouteHandler, path: Mapping[str, object], ids: Ids) -> dict[str, str]:
    """Return the query parameters of the handler that take an id or a day, filled."""
    found = {}
    for name, parameter in handler.parsed_fn_signature.parameters.items():
        if name in path or name == "data":
            continue
        if _mentions(parameter.annotation, UUID):
            found[name] = str(ids(name))
        elif parameter.annotation is date:
            found[name] = _FIXED[kinds.DateType].isoformat()
    return found


def _mentions(annotation: Any, kind: type) -> bool:
    return annotation is kind or any(_mentions(part, kind) for part in get_args(annotation))


def _value(kind: kinds.Type, name: str, ids: Ids, depth: int) -> Any:
    match kind:
        case kinds.UUIDType():
            return str(ids(name))
        case kinds.UnionType():
            return _one_of(kind, name, ids, depth)
        case kinds.StructType():
            fields = (f for f in kind.fields if depth < _DEEP or f.required)
            return {f.encode_name: _value(f.type, f.name, ids, depth + 1) for f in fields}
        case kinds.TupleType() | kinds.CollectionType():
            return _several(kind, name, ids, depth)
    return _plain(kind, name)


def _several(
    kind: kinds.TupleType | kinds.CollectionType, name: str, ids: Ids, depth: int
) -> list[Any]:
    if isinstance(kind, kinds.TupleType):
        return [_value(t, name, ids, depth + 1) for t in kind.item_types]
    few = 1 if depth < _DEEP else 0
    return [_value(kind.item_type, name, ids, depth + 1) for _ in range(few)]


def _one_of(kind: kinds.UnionType, name: str, ids: Ids, depth: int) -> Any:
    """Prefer an id, then anything that is not None."""
    ordered = sorted(
        kind.types,
        key=lambda t: (not isinstance(t, kinds.UUIDType), isinstance(t, kinds.NoneType)),
    )
    return _value(ordered[0], name, ids, depth)


def _plain(kind: kinds.Type, name: str) -> Any:
    if type(kind) in _FIXED:
        return _FIXED[type(kind)]
    match kind:
        case kinds.DictType():
            return {}
        case kinds.IntType():
            return _bounded(kind)
        case kinds.StrType():
            return _text(kind, name)
        case kinds.LiteralType() | kinds.EnumType():
            return _first(kind)
    raise TypeError(f"no sample for {kind}")


def _first(kind: kinds.LiteralType | kinds.EnumType) -> Any:
    if isinstance(kind, kinds.LiteralType):
        return kind.values[0]
    return next(iter(kind.cls)).value


def _bounded(kind: kinds.IntType) -> int:
    low = kind.ge if kind.ge is not None else (kind.gt if kind.gt is not None else 0) + 1
    return math.ceil(max(low, 1))


def _text(kind: kinds.StrType, name: str) -> str:
    return _TEXTS.get(name, "가나다라마바사"[: kind.max_length or 7])
