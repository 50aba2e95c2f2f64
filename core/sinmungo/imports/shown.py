"""What the pages of an import show of a plan, and how their forms are read."""

from collections.abc import Mapping

import msgspec

from sinmungo.errors import InvalidError
from sinmungo.imports.columns import FIELDS
from sinmungo.imports.header import text
from sinmungo.imports.plan import Plan, SheetPlan
from sinmungo.imports.reader import MOMENT, Cell
from sinmungo.imports.terms import NONE, TITLES, Unknown, Words
from sinmungo.imports.upload import SheetChoice
from sinmungo.text.normalise import clean
from sinmungo.web.forms import Form

ROOT = "/admin/imports"
_SAMPLES = 3
_SAMPLE = 40
_NONE_LABELS = {"UNIT": "부서 없이", "DISPOSITION": "아직 답하지 않음"}


class ColumnView(msgspec.Struct):
    """A column: its letter, heading, some of its cells, and the field it is matched to."""

    letter: str
    label: str
    samples: str
    field: str


class SheetView(msgspec.Struct):
    """A sheet as the page of columns shows it."""

    number: int
    name: str
    hidden: bool
    lines: int
    use: bool
    first: int
    last: int
    year: int | None
    remembered: bool
    columns: list[ColumnView]
    wants_year: bool


class TermView(msgspec.Struct):
    """An unknown word with what it may mean."""

    name: str
    label: str
    lines: int
    options: list[tuple[str, str]]


def sheet_views(kind: str, plan: Plan) -> list[SheetView]:
    """Return every sheet, its columns with samples of the first lines."""
    return [_sheet(kind, number, sheet) for number, sheet in enumerate(plan.sheets)]


def _sheet(kind: str, number: int, sheet: SheetPlan) -> SheetView:
    below = [line for line in sheet.head if line.number > sheet.header.last]
    columns = []
    for position, label in enumerate(sheet.header.labels):
        cells = [line.cells[position] for line in below if position < len(line.cells)]
        told = [shown(cell)[:_SAMPLE] for cell in cells if cell is not None][:_SAMPLES]
        if label or told:
            field = sheet.header.fields[position]
            field = "" if field in {"serial", "note"} else field
            columns.append(ColumnView(letter(position), label, " · ".join(told), field))
    return SheetView(
        number=number,
        name=sheet.name,
        hidden=sheet.hidden,
        lines=sheet.lines,
        use=sheet.use,
        first=sheet.header.first,
        last=sheet.header.last,
        year=sheet.year,
        remembered=sheet.remembered,
        columns=columns,
        wants_year=kind == "CASES",
    )


def shown(cell: Cell) -> str:
    """Return a cell as it will be read: broken text mended, a day without its midnight."""
    if isinstance(cell, str) and MOMENT.fullmatch(cell):
        return cell.removesuffix("T00:00:00").replace("T", " ")[:16]
    return clean(text(cell))


def letter(position: int) -> str:
    """Return the letter of a column in Excel: 0 → A, 27 → AB."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


def choices_of(plan: Plan, form: Form) -> dict[int, SheetChoice]:
    """Return how a person wants each sheet read, from fields `sheet-<n>-…`."""
    found = {}
    for number, sheet in enumerate(plan.sheets):
        name = f"sheet-{number}"
        try:
            found[number] = SheetChoice(
                use=form[name] == "1",
                fields=[
                    form[f"{name}-column-{letter(position)}"]
                    for position in range(len(sheet.header.labels))
                ],
                first=form.number(f"{name}-first"),
                last=form.number(f"{name}-last"),
                year=form.number(f"{name}-year"),
            )
        except InvalidError as error:
            raise InvalidError({name: "; ".join(error.errors.values())}) from None
    return found


def typed_plan(plan: Plan, form: Mapping[str, str]) -> None:
    """Put what was chosen into a plan that is shown again, so that nothing typed is lost."""
    for number, sheet in enumerate(plan.sheets):
        name = f"sheet-{number}"
        sheet.use = form.get(name) == "1"
        sheet.header.fields = [
            form.get(f"{name}-column-{letter(position)}", "")
            for position in range(len(sheet.header.labels))
        ]


def term_views(plan: Plan, meant: Words) -> list[tuple[str, list[TermView]]]:
    """Return the words to be matched, by kind, with their options; matched ones are left out."""
    groups: dict[str, list[TermView]] = {}
    for word in plan.unknown:
        if not meant.known(word.kind, word.key):
            groups.setdefault(word.kind, []).append(_term(word, meant))
    return [(TITLES[kind], words) for kind, words in groups.items()]


def _term(word: Unknown, meant: Words) -> TermView:
    options = [*meant.options[word.kind].items()]
    if word.kind in _NONE_LABELS:
        options.append((NONE, _NONE_LABELS[word.kind]))
    return TermView(f"{word.kind}-{word.key}", word.label, word.lines, options)


def kind_hints() -> dict[str, str]:
    """Return the columns that each kind looks for, the required ones first."""
    return {
        kind: ", ".join(
            f"{f.title}(필수)" if f.required else f.title
            for f in sorted(fields, key=lambda f: not f.required)
            if f.code not in {"serial", "note"}
        )
        for kind, fields in FIELDS.items()
    }
