"""Fields of settings: what is shown in a form is read back the same, whatever the values are."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sinmungo.host.setting_checks import cleaned, problems
from sinmungo.host.setting_fields import about, fields_of
from sinmungo.host.setting_words import changes, told
from sinmungo.settings.reading import read_values
from sinmungo.settings.service import View
from sinmungo.settings.shown import Cell, shown
from sinmungo.web.forms import Form

LETTERS = st.text("가나다라abc0123456789.·", min_size=1, max_size=8).filter(
    lambda t: t.strip(".") == t
)


class Line(msgspec.Struct, frozen=True):
    code: Annotated[str, about("코드", fixed=True)] = ""
    word: Annotated[str, about("이름", min_length=1)] = "이름"
    on: Annotated[bool, about("사용")] = True


class Everything(msgspec.Struct, frozen=True):
    yes: Annotated[bool, about("켜기")] = False
    count: Annotated[int, about("수", unit="명", ge=0, le=10**6)] = 1
    won: Annotated[int, about("금액", unit="원", ge=0)] = 1
    day: Annotated[date, about("날")] = date(2026, 1, 1)
    one: Annotated[Literal["A", "B"], about("고르기", choices={"B": "나", "A": "가"})] = "A"
    many: Annotated[list[Literal["A", "B"]], about("여럿", choices={"A": "가", "B": "나"})] = []
    line: Annotated[str, about("한 줄")] = ""
    lines: Annotated[list[str], about("여러 줄")] = []
    rows: Annotated[list[Line], about("표", fixed=True)] = []


SPECS = fields_of(Everything)
ROW = st.fixed_dictionaries({"code": LETTERS, "word": LETTERS, "on": st.booleans()})
VALUES = st.fixed_dictionaries(
    {
        "yes": st.booleans(),
        "count": st.integers(0, 10**6),
        "won": st.integers(0, 10**12),
        "day": st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(date.isoformat),
        "one": st.sampled_from(["A", "B"]),
        "many": st.sampled_from([[], ["A"], ["B"], ["A", "B"]]),
        "line": st.just("") | LETTERS,
        "lines": st.lists(LETTERS, unique=True, max_size=4),
        "rows": st.lists(ROW, unique_by=lambda r: r["code"], max_size=4),
    }
)


def sent(cell: Cell) -> dict[str, str]:
    """Return what a browser would send of a control."""
    match cell.spec.kind:
        case "yes":
            return {cell.name: "1"} if cell.value else {}
        case "choices":
            return {cell.name: ",".join(cell.value)} if cell.value else {}
    return {cell.name: str(cell.value)}


@given(VALUES)
def test_a_form_that_is_sent_back_untouched_says_the_same(values: dict[str, Any]):
    now = View(None, SPECS, values, 0, [], {})  # type: ignore[arg-type]
    form = Form()
    for field in shown(now, values, None, {}):
        cells = [c for row in field.rows for c in row.cells] if field.rows else [field.cell]
        if field.cell.spec.kind == "rows" and not field.rows:
            continue
        for cell in cells:
            form |= sent(cell)
    found, errors = read_values(SPECS, form)
    assert errors == {}
    assert found == values
    for spec in SPECS:
        assert cleaned(spec, values[spec.name]) == values[spec.name]
        assert problems(spec, values[spec.name]) == {}


@given(VALUES, VALUES)
def test_changes_name_what_differs_and_nothing_else(old: dict[str, Any], new: dict[str, Any]):
    for spec in SPECS:
        found = changes(spec, old[spec.name], new[spec.name])
        assert bool(found) <= (old[spec.name] != new[spec.name])
        if spec.kind != "rows":
            assert bool(found) == (old[spec.name] != new[spec.name])


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_any_value_is_either_fit_or_named(value: Any):
    for spec in SPECS:
        plain = cleaned(spec, value)
        assert isinstance(told(spec, plain), str)
        if problems(spec, plain):
            continue
        msgspec.convert({spec.name: plain}, Everything)
