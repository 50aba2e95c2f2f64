"""Questions as a page shows them: with what was typed, what was understood, and what was wrong."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from sinmungo.forms.service import PREFIX
from sinmungo.forms.types import Answer, Field
from sinmungo.forms.values import as_text, understand
from sinmungo.text.errors import InputProblem

_ECHOED = ("WON", "DATE")
_NARROW = 40


class Asked(msgspec.Struct, frozen=True):
    """One question of a form. `name` is the input's; `chosen` what is ticked."""

    name: str
    field: Field
    value: str
    error: str
    echo: str

    @property
    def label(self) -> str:
        """The question with its unit."""
        return f"{self.field.label} ({self.field.unit})" if self.field.unit else self.field.label

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen, as pairs."""
        return [(choice, choice) for choice in self.field.choices]

    @property
    def chosen(self) -> list[str]:
        """What is ticked."""
        return [part.strip() for part in self.value.split(",")]


def asked(
    fields: Sequence[Field],
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    prefix: str = PREFIX,
) -> list[Asked]:
    """Return questions for a template; `typed` is a posted form or `as_typed` of stored answers."""
    return [
        Asked(
            name=prefix + field.code,
            field=field,
            value=(value := typed.get(prefix + field.code, "")),
            error=(errors or {}).get(prefix + field.code, ""),
            echo=_echo(field, value),
        )
        for field in fields
    ]


def _echo(field: Field, value: str) -> str:
    if field.kind not in _ECHOED or not value:
        return ""
    try:
        return understand(field, value).shown
    except InputProblem:
        return ""


def given_in(
    fields: Iterable[Field], form: Mapping[str, str], prefix: str = PREFIX
) -> dict[str, Any]:
    """Return the answers of a posted form by code; what was not posted is empty."""
    return {field.code: form.get(prefix + field.code, "") for field in fields}


def as_typed(answers: Iterable[Answer], prefix: str = PREFIX) -> dict[str, str]:
    """Return stored answers as the form shows them."""
    return {prefix + answer.code: as_text(answer.value) for answer in answers}


def told(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """Return stored answers as lines of a page's list: label, value, wide."""
    return [
        {"label": a.label, "value": a.shown, "wide": a.kind == "LONG" or len(a.shown) > _NARROW}
        for a in answers
    ]
