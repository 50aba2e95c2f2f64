"""Whatever a register looks like, the same cases come out, once; every line is accounted for."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sinmungo.app import Runtime
from sinmungo.cases.models import cases
from sinmungo.companies.queries import company_name_of
from sinmungo.imports import runs, state
from sinmungo.imports.bad_file import bad_workbook
from sinmungo.imports.columns import FIELDS, field_for
from sinmungo.testing.books import CASE_HEAD, case_row, register, workbook
from sinmungo.testing.imports import Importer
from sinmungo_tenants import Tenant, read

TITLE = "2019년 기업애로 접수대장"
ROWS = [case_row(n) for n in range(1, 9)]
NAMES = {field.code: field.names for field in FIELDS["CASES"]}
CODES = {heading: (field_for("CASES", heading) or ("",))[0] for heading in CASE_HEAD}
SPOILED: dict[str, Any] = {
    "접수일자": 11.2,
    "애로내용": None,
    "업체명": " ",
    "애로분야": "무엇인지 모를 분야",
    "처리일": "2018.1.1.",
}


class Came(msgspec.Struct):
    """What is compared of a case."""

    case_no: str
    company: str
    category: str
    content: str
    status: str
    disposition: str | None


CAME = read(
    select(
        cases.c.case_no,
        company_name_of(cases.c.company_id).label("company"),
        cases.c.category,
        cases.c.content,
        cases.c.status,
        cases.c.disposition,
    ).order_by(cases.c.case_no),
    Came,
)


@pytest.fixture
def importer(runtime: Runtime, city: Tenant) -> Importer:
    return Importer(runtime, city)


@pytest.fixture(scope="module")
async def town(runtime: Runtime, make_city: Any) -> Importer:
    """Return a city that took the register in its plain shape."""
    made = Importer(runtime, await make_city())
    assert (await made.all(register(ROWS, title=TITLE))).added == len(ROWS)
    return made


async def came(importer: Importer) -> list[Came]:
    async with importer.open() as ctx:
        return list(await ctx.db.all(CAME))


async def test_a_register_comes_in_once(importer: Importer):
    raw = register(ROWS, title=TITLE)
    run = await importer.all(raw)
    assert (run.state, run.failure) == ("DONE", None)
    assert (run.total, run.added, run.bad) == (8, 8, 0), await importer.bad(run.id)
    before = await came(importer)
    again = await importer.all(raw)
    assert (again.added, again.known, again.bad) == (0, 8, 0)
    assert await came(importer) == before


def spelled(name: str, way: int) -> str:
    """Return a heading as someone else would type it."""
    return [name, f" {name}\u00a0", " ".join(name), f"{name}(기재)", f"※{name}", f"1. {name}"][way]


@st.composite
def shapes(draw: st.DrawFn) -> bytes:
    """Return the register with its columns shuffled and renamed, below any number of titles."""
    order = draw(st.permutations(CASE_HEAD))
    head = [spelled(draw(st.sampled_from(NAMES[CODES[h]])), draw(st.integers(0, 5))) for h in order]
    titles = st.sampled_from([[], [None, "결재"], ["기업지원과"]])
    above = [[TITLE], *draw(st.lists(titles, max_size=4))]
    rows = draw(st.permutations(ROWS))
    shift = draw(st.integers(0, 3))
    lines = [[*[None] * shift, *head], *([*[None] * shift, *(r[h] for h in order)] for r in rows)]
    name = draw(st.sampled_from(["대장", "Sheet1", "2019"]))
    if draw(st.booleans()):
        return workbook((name, [*above, *lines]), ("빈 시트", []))
    text = "\r\n".join(
        ",".join(f'"{"" if c is None else c}"' for c in line) for line in [*above, *lines]
    )
    return text.encode(draw(st.sampled_from(["utf-8-sig", "cp949"])), "ignore")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=shapes())
async def test_any_shape_of_the_register_is_the_same_register(town: Importer, raw: bytes):
    before = await came(town)
    run = await town.all(raw)
    assert (run.added, run.known, run.bad) == (0, len(ROWS), 0), await town.bad(run.id)
    assert await came(town) == before


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    spoiled=st.dictionaries(
        st.integers(0, 11), st.sampled_from(sorted(SPOILED)), min_size=1, max_size=8
    ),
    block=st.integers(1, 13),
)
async def test_bad_lines_and_good_lines_are_all_lines_and_mended_ones_come_in(
    runtime: Runtime, make_city: Any, spoiled: dict[int, str], block: int
):
    importer = Importer(runtime, await make_city())
    rows = [case_row(n) for n in range(1, 13)]
    broken = [
        {**row, spoiled[n]: SPOILED[spoiled[n]]} if n in spoiled else row
        for n, row in enumerate(rows)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sinmungo.imports.plan.BLOCK", block)
        run = await importer.all(register(broken, title=TITLE))
    bad = await importer.bad(run.id)
    assert (run.bad, run.added) == (len(spoiled), 12 - len(spoiled))
    assert run.done == run.total == 12
    assert [(b.line - 4, b.column) for b in bad] == sorted(spoiled.items())
    async with importer.open() as ctx:
        content = await bad_workbook(ctx, run.id)
    again = await importer.all(content)
    assert (again.total, again.bad, again.added) == (len(spoiled), len(spoiled), 0)
    whole = await importer.all(register(rows, title=TITLE))
    assert (whole.added, whole.known) == (len(spoiled), 12 - len(spoiled))
    assert len(await came(importer)) == 12


async def test_columns_matched_by_a_person_are_known_the_next_time(importer: Importer):
    head = ["관리", "언제", "기업명", "무엇을 말했나", "어떻게", "분야"]
    lines = [head, ["7", "2019.1.2", "하나", "가", "방문", "자금"]]
    run_id = await importer.upload(workbook(("대장", lines)))
    async with importer.open() as ctx:
        from sinmungo.imports.upload import SheetChoice, save_columns

        run = await state.read_run(ctx, run_id)
        fields = ["number", "registered", "company", "content", "channel", "category"]
        choice = SheetChoice(use=True, fields=fields, first=1, last=1)
        await save_columns(ctx, run_id, {0: choice}, "", run.row_version)
        if (await state.read_run(ctx, run_id)).state == "UPLOADED":
            await save_columns(ctx, run_id, {0: choice}, "", run.row_version + 1)
    assert (await importer.go(run_id)).added == 1
    lines[1][0] = "8"
    run_id = await importer.upload(workbook(("다른 이름", lines)))
    async with importer.open() as ctx:
        sheet = (await state.read_plan(ctx, run_id)).sheets[0]
    assert (sheet.remembered, sheet.header.fields) == (True, fields)


async def test_words_matched_once_are_known_the_next_time_until_forgotten(importer: Importer):
    raw = register([case_row(1, 애로분야="돈")], title=TITLE)
    run = await importer.all(raw, terms={"CATEGORY-돈": "FUNDS"})
    assert run.added == 1
    run_id = await importer.upload(register([case_row(2, 애로분야=" 돈 ")], title=TITLE))
    await importer.match(run_id)
    async with importer.open() as ctx:
        assert (await state.read_plan(ctx, run_id)).unknown == []
        (term,) = await ctx.db.all(runs.q.TERMS)
        await runs.drop_term(ctx, term.id, term.row_version)
    assert (await importer.go(run_id)).bad == 1


def test_no_heading_means_two_fields():
    for kind, fields in FIELDS.items():
        for field in fields:
            for name in field.names:
                found = field_for(kind, name)
                assert found is not None
                assert found[0] == field.code, (kind, name)
