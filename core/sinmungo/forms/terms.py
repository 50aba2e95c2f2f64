"""In what words a slice says that its records may get extra fields: `Slice(forms=(RecordKind…,))`.

The forms slice knows no other slice; it finds these through the host, as reporting finds datasets.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sinmungo.host.context import Ctx

type FormFace = Literal["PORTAL", "OFFICE"]
type Groups = Callable[["Ctx"], Awaitable[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record that a city may ask more about.

    `groups` gives code → label of what its questions can be narrowed to (the categories of a case);
    `faces` are where it is filled in. `group_title` is what officers call a group.
    """

    code: str
    title: str
    faces: tuple[FormFace, ...] = ("OFFICE",)
    groups: Groups | None = None
    group_title: str = "분야"
