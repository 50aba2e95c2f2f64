"""Forms as typed: what a person wrote is kept as text until a service has understood it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request

from sinmungo.errors import InvalidError
from sinmungo.text.errors import InputProblem

_ROW = re.compile(r"(?P<group>[a-z_]+)-(?P<index>\d+)-(?P<name>[a-z_]+)")
MAX_ROWS = 200


class Form(dict[str, str]):
    """Field name → text, stripped. A missing field reads as an empty text."""

    def __missing__(self, key: str) -> str:
        return ""

    def rows(self, group: str) -> list[dict[str, str]]:
        """Return the rows of a grid whose fields are named `<group>-<index>-<name>`, in order."""
        return list(self.indexed(group).values())

    def indexed(self, group: str) -> dict[int, dict[str, str]]:
        """Return the same rows by their index, in order."""
        found: dict[int, dict[str, str]] = {}
        for key, value in self.items():
            match = _ROW.fullmatch(key)
            if match and match["group"] == group and int(match["index"]) < MAX_ROWS:
                found.setdefault(int(match["index"]), {})[match["name"]] = value
        return {index: found[index] for index in sorted(found)}

    def optional(self, key: str) -> str | None:
        """Return the text, or None when nothing was typed."""
        return self[key] or None

    def uuid(self, key: str) -> UUID | None:
        """Return an id, or None when the field is empty; `InvalidError` if it is no id."""
        text = self[key]
        if not text:
            return None
        try:
            return UUID(text)
        except ValueError:
            raise InvalidError({key: "목록에서 골라 주세요."}) from None

    def number(self, key: str) -> int | None:
        """Return a whole number, commas allowed, or None when the field is empty."""
        text = self[key].replace(",", "")
        if not text:
            return None
        if not re.fullmatch(r"-?\d{1,15}", text):
            raise InvalidError({key: "숫자로 적어 주세요."})
        return int(text)


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """Return the posted form; several values of one name are joined by commas."""
    data = await request.form()
    form = Form()
    for key in data:
        values = [v for v in data.getall(key) if isinstance(v, str)]
        form[key] = ",".join(values).replace("\r\n", "\n").strip()
    form.pop("_csrf_token", None)
    return form


def query_form(request: Request[Any, Any, Any]) -> Form:
    """Return the query string as a form."""
    return Form({k: v.strip() for k, v in request.query_params.items() if isinstance(v, str)})


class Gather:
    """Collects the errors of several fields, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def take[T](self, field: str, parse: Any, value: Any, default: T) -> T:
        """Return `parse(value)`, or note its Korean error under `field` and return `default`."""
        try:
            result: T = parse(value)
        except InputProblem as problem:
            self.errors.setdefault(field, problem.message)
            return default
        return result

    def need(self, field: str, value: object, message: str) -> None:
        """Note `message` under `field` when the value is empty."""
        if not value:
            self.errors.setdefault(field, message)

    def done(self) -> None:
        """Raise `InvalidError` if anything was noted."""
        if self.errors:
            raise InvalidError(self.errors)


def echo(values: Mapping[str, Any]) -> Form:
    """Return stored values as a form, for editing."""
    return Form(
        {k: "" if v is None else _text(v) for k, v in values.items()},
    )


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
