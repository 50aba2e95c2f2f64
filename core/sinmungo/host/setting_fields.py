"""A city's settings as fields: what a Struct says of itself is enough for its form and its checks.

A field is described where it is declared (`about`), so whoever adds a setting has written its
screen; nothing has to be told twice.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, get_type_hints

import msgspec
import msgspec.inspect

type Kind = Literal[
    "yes", "whole", "decimal", "day", "line", "text", "lines", "choice", "choices", "rows", "fixed"
]
MAX_LINE = 200


class SettingProblemError(ValueError):
    """A settings Struct that no form can be made of; the message is for its author."""


def about(
    title: str,
    help: str = "",  # noqa: A002 - it is what people call it
    *,
    unit: str = "",
    choices: Mapping[Any, str] | None = None,
    secret: bool = False,
    long: bool = False,
    fixed: bool = False,
    told: str = "",
    ge: float | None = None,
    le: float | None = None,
    **bounds: Any,
) -> msgspec.Meta:
    """Describe a field of a settings Struct.

    `capacity: Annotated[int, about("정원", "새 회차의 정원", unit="개사", ge=1)] = 100`.

    `choices` are the labels of a Literal's values; `long` makes a text of several lines; `secret`
    is sealed and never shown again; `fixed` is not edited here (in a list of Structs: its rows are
    neither added nor removed); `told` is said when a value does not fit `pattern`. `ge` and
    `le` bound numbers (Decimals too); `bounds` are those of `msgspec.Meta` for texts: min_length,
    max_length, pattern.
    """
    extra = {
        "unit": unit,
        "choices": dict(choices or {}),
        "secret": secret,
        "long": long,
        "fixed": fixed,
        "told": told,
        "low": ge,
        "high": le,
    }
    return msgspec.Meta(title=title, description=help or title, extra=extra, **bounds)


class FieldSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a form. `default` and all values are plain (JSON) values.

    `columns` are the fields of a row of kind "rows"; `fixed` is as in `about`.
    """

    name: str
    title: str
    help: str
    kind: Kind
    type: Any
    default: Any
    unit: str = ""
    told: str = ""
    secret: bool = False
    fixed: bool = False
    options: tuple[tuple[Any, str], ...] = ()
    low: Any = None
    high: Any = None
    shortest: int = 0
    longest: int = 0
    pattern: str = ""
    columns: tuple["FieldSpec", ...] = ()

    def empty_row(self) -> dict[str, Any]:
        """Return a new row of a field of kind "rows"; its days are still to be typed."""
        return {c.name: "" if c.kind == "day" else c.default for c in self.columns}

    def row_name(self, row: Mapping[str, Any]) -> str:
        """Return what a row of a fixed table is called: its second cell, after the code."""
        return " ".join(str(row.get(c.name, "")) for c in self.columns[1:2])


@cache
def fields_of(kind: type[msgspec.Struct]) -> tuple[FieldSpec, ...]:
    """Return the fields of a settings Struct, in its order. Raises SettingProblemError."""
    info = msgspec.inspect.type_info(kind)
    hints = get_type_hints(kind, include_extras=True)
    return tuple(_field(kind, f, hints[f.name]) for f in info.fields)  # type: ignore[attr-defined]


def _field(kind: type[msgspec.Struct], found: Any, hint: Any) -> FieldSpec:
    where = f"{kind.__name__}.{found.name}"
    if found.required:
        raise SettingProblemError(f"{where} has no default: a new city would have no value")
    default = found.default_factory() if found.default is msgspec.NODEFAULT else found.default
    plain: Any = found.type
    said: Mapping[str, Any] = {}
    extra: Mapping[str, Any] = {}
    if isinstance(plain, msgspec.inspect.Metadata):
        said, extra = plain.extra_json_schema or {}, plain.extra or {}
        plain = plain.type
    title = said.get("title", found.name)
    told = said.get("description", "")
    spec = FieldSpec(
        name=found.name,
        title=title,
        help="" if told == title else told,
        kind="line",
        type=hint,
        default=msgspec.to_builtins(default),
        unit=extra.get("unit", ""),
        told=extra.get("told", ""),
        secret=extra.get("secret", False),
        fixed=extra.get("fixed", False),
    )
    return msgspec.structs.replace(spec, **_of_type(where, plain, extra))


def _of_type(where: str, plain: Any, extra: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any]
    match plain:
        case msgspec.inspect.BoolType():
            given = {"kind": "yes"}
        case msgspec.inspect.IntType() | msgspec.inspect.DecimalType():
            whole = isinstance(plain, msgspec.inspect.IntType)
            given = {"kind": "whole" if whole else "decimal"}
            given |= {"low": extra.get("low"), "high": extra.get("high")}
        case msgspec.inspect.DateType():
            given = {"kind": "day"}
        case msgspec.inspect.LiteralType():
            given = {"kind": "choice", "options": _options(plain, extra)}
        case msgspec.inspect.StrType():
            given = {"kind": "text" if extra.get("long") else "line", **_lengths(plain)}
            given["pattern"] = plain.pattern or ""
        case msgspec.inspect.ListType() | msgspec.inspect.VarTupleType():
            given = _of_list(where, plain.item_type, extra)
        case _:
            raise SettingProblemError(f"{where}: a form has no field for {type(plain).__name__}")
    if extra.get("fixed") and given["kind"] != "rows":
        given["kind"] = "fixed"
    return given


def _of_list(where: str, item: Any, extra: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(item, msgspec.inspect.Metadata):
        item = item.type
    match item:
        case msgspec.inspect.StrType():
            return {"kind": "lines", "longest": item.max_length or MAX_LINE}
        case msgspec.inspect.LiteralType():
            return {"kind": "choices", "options": _options(item, extra)}
        case msgspec.inspect.StructType():
            return {"kind": "rows", "columns": fields_of(item.cls)}
    raise SettingProblemError(f"{where}: a form has no field for a list of {type(item).__name__}")


def _options(plain: Any, extra: Mapping[str, Any]) -> tuple[tuple[Any, str], ...]:
    labels = extra.get("choices", {})
    order = [*(v for v in labels if v in plain.values), *plain.values]
    return tuple((value, labels.get(value, str(value))) for value in dict.fromkeys(order))


def _lengths(plain: Any) -> dict[str, Any]:
    return {"shortest": plain.min_length or 0, "longest": plain.max_length or 0}
