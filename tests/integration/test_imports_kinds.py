"""Lists of companies and agencies, and what an import must not do: lose, double, or tell."""

import asyncio
from datetime import date, datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from sinmungo import clock
from sinmungo.agencies import service as agencies
from sinmungo.app import Runtime
from sinmungo.cases import service as cases
from sinmungo.cases.models import cases as cases_table
from sinmungo.cases.types import CaseQuery, Intake, IntakeRow
from sinmungo.companies import figures
from sinmungo.companies import service as companies
from sinmungo.companies.history import history
from sinmungo.errors import InvalidError, RefusedError
from sinmungo.host.models import events, outbox
from sinmungo.imports import runs, state
from sinmungo.imports.models import import_blocks, import_runs
from sinmungo.testing.books import CASE_HEAD, case_row, register, workbook
from sinmungo.testing.imports import Importer
from sinmungo_tenants import Tenant, read

TITLE = "2019년 기업애로 접수대장"
FIRMS = [
    ["공장등록현황"],
    ["2024. 6. 30. 기준"],
    [
        *("회사명", "사업자등록번호", "대표자", "단지명", "공장주소", "업종명", "생산품"),
        *("종업원수", None, None, "최초등록일", "전화번호", "협회·조합"),
    ],
    [*[None] * 7, "남", "여", "외국인", None, None, None],
]


class EventRow(msgspec.Struct):
    kind: str
    seq: int
    occurred_at: datetime


EVENTS = read(
    select(events.c.kind, events.c.seq, events.c.occurred_at)
    .where(events.c.subject_kind == "case")
    .order_by(events.c.subject_id, events.c.seq),
    EventRow,
)
BLOCKS = read(select(func.count().label("n")).select_from(import_blocks), int)
CALLERS = read(select(cases_table.c.caller_mask), str)
CASES = read(select(func.count().label("n")).select_from(cases_table), int)
BODIES = read(select(import_blocks.c.body), bytes)
PLANS = read(select(import_runs.c.plan), bytes)
JOBS = read(select(outbox.c.kind).order_by(outbox.c.kind), str)


@pytest.fixture
def importer(runtime: Runtime, city: Tenant) -> Importer:
    return Importer(runtime, city)


def firm(name: str, number: str | None = None, **over: Any) -> list[Any]:
    row: dict[str, Any] = {
        "name": name, "number": number, "head": "김대표", "complex": "첫째산단",
        "address": "시험동 1", "industry": "금속가공", "products": "볼트", "men": 30, "women": 12,
        "foreign": 4, "since": date(2011, 3, 2), "phone": "02-700-1111", "club": None,
    }  # fmt: skip
    return list({**row, **over}.values())


def firms(*rows: list[Any], title: str = "2024. 6. 30. 기준") -> bytes:
    head = [FIRMS[0], [title], *FIRMS[2:]]
    return workbook(("현황", [*head, *rows]), merges=["A1:M1", "H3:J3", "A3:A4"])


async def one_company(importer: Importer, name: str) -> companies.CompanyRecord:
    async with importer.open() as ctx:
        (hit,) = await companies.find(ctx, name)
        return await companies.record(ctx, hit.id)


async def test_a_list_of_companies_with_a_header_of_two_lines(importer: Importer):
    raw = firms(firm("㈜하나정밀", "123-45-67891", club="시험상공회\n금속조합"), firm("둘산업"))
    run = await importer.all(raw, "COMPANIES")
    assert (run.total, run.added, run.bad) == (2, 2, 0), await importer.bad(run.id)
    found = await one_company(importer, "하나정밀")
    values = found.values
    assert (values.employees, values.employees_foreign) == (42, 4)
    assert values.employees_on == date(2024, 6, 30)
    assert (values.representative, values.phone) == ("김대표", "027001111")
    assert values.factory_registered is True
    async with importer.open() as ctx:
        count = await companies.employees_on(ctx, found.id, date(2024, 7, 1))
        clubs = {a.name: a for a in await agencies.list_agencies(ctx, "ASSOCIATION")}
        members = await companies.members_of(ctx, clubs["금속조합"].id, date(2024, 7, 1))
    assert count is not None
    assert count.employees == 42
    assert [m.name for m in members] == ["㈜하나정밀"]
    again = await importer.all(raw, "COMPANIES")
    assert (again.added, again.changed, again.known) == (0, 0, 2)


async def test_a_known_company_only_gets_its_blanks_filled(importer: Importer):
    async with importer.open() as ctx:
        known = await companies.add(
            ctx,
            {
                "name": "주식회사 하나정밀",
                "business_no": "123-45-67891",
                "industry": "도금",
                "employees": "50",
                "employees_on": "2025-01-01",
            },
        )
    run = await importer.all(firms(firm("㈜하나정밀", "123-45-67891")), "COMPANIES")
    assert (run.added, run.changed) == (0, 1)
    found = await one_company(importer, "하나정밀")
    assert found.id == known
    assert (found.values.name, found.values.industry) == ("주식회사 하나정밀", "도금")
    assert (found.values.employees, found.values.products) == (50, "볼트")
    newer = firms(firm("㈜하나정밀", "123-45-67891", men=61), title="2026. 3. 31. 기준")
    assert (await importer.all(newer, "COMPANIES")).changed == 1
    found = await one_company(importer, "하나정밀")
    assert (found.values.employees, found.values.employees_on) == (73, date(2026, 3, 31))


async def test_head_counts_keep_their_days_and_no_list_takes_one_back(importer: Importer):
    head = ["회사명", "남", "여", "외국인(남)", "외국인(여)", "규모", "설립일"]
    lines = [["2024. 6. 30. 기준"], head, ["가람", 20, 10, 3, 1, "소기업", "62.3.2"]]
    assert (await importer.all(workbook(("목록", lines)), "COMPANIES")).added == 1
    lines[2][1:5] = [7, 0, None, None]
    assert (await importer.all(workbook(("목록", lines)), "COMPANIES")).known == 1
    rows = [
        case_row(n, 업체명="가람", 접수일자=day, 처리일=None, 처리구분=None, 종업원수=count)
        | {"담당자·연락처": "김하늘 과장 010-2345-6789", "연락처": None}
        for n, day, count in ((1, "2019.3.5.", 12), (2, "2025.3.5.", 44), (3, "2025.1.5.", "많음"))
    ]
    run = await importer.all(register(rows, [*CASE_HEAD, "종업원수", "담당자·연락처"]))
    assert (run.added, run.bad) == (3, 0), await importer.bad(run.id)
    found = await one_company(importer, "가람")
    assert found.values.founded_on == date(1962, 3, 2)
    assert (found.values.employees, found.values.employees_on) == (44, date(2025, 3, 5))
    async with importer.open() as ctx:
        kept = await figures.list_figures(ctx, found.id)
        assert set(await ctx.db.all(CALLERS)) == {"김***장"}
        titles = [entry.title for entry in await history(ctx, found.id)]
    assert [(f.day, f.employees, f.employees_foreign, f.size_class) for f in kept] == [
        (date(2025, 3, 5), 44, None, None),
        (date(2024, 6, 30), 30, 4, "SMALL"),
        (date(2019, 3, 5), 12, None, None),
    ]
    assert (len(titles), found.row_version) == (2, 2)


async def test_companies_of_one_name_are_told_apart(importer: Importer):
    async with importer.open() as ctx:
        await companies.add(ctx, {"name": "대성", "dong": "앞동"})
        await companies.add(ctx, {"name": "대성", "dong": "뒷동"})
    head = ["회사명", "동", "생산품"]
    raw = workbook(("목록", [head, ["대성", "앞동", "못"], ["㈜대성", None, "망치"]]))
    run = await importer.all(raw, "COMPANIES")
    assert (run.changed, run.bad) == (1, 1)
    (bad,) = await importer.bad(run.id)
    assert (bad.line, bad.column, bad.reason) == (3, "회사명", "AMBIGUOUS")


async def test_without_a_day_head_counts_are_refused(importer: Importer):
    raw = workbook(("목록", [["회사명", "종업원수"], ["가나", 10], ["다라", None]]))
    run = await importer.all(raw, "COMPANIES")
    assert (run.added, run.bad) == (1, 1)
    assert (await importer.all(raw, "COMPANIES", as_of="2024-06-30")).added == 1


async def test_agencies_with_the_registers_own_kinds(importer: Importer):
    head = ["연번", "기관명", "구분", "전화", "홈페이지"]
    lines = [
        head,
        [1, "시험대학교", "대학", "02-700-2222", None],
        [2, "시험신보", "금융쪽", None, None],
    ]
    run = await importer.all(workbook(("기관", lines)), "AGENCIES")
    assert (run.added, run.bad) == (1, 1)
    again = await importer.all(
        workbook(("기관", lines)), "AGENCIES", terms={"AGENCY_KIND-금융쪽": "GUARANTEE_FUND"}
    )
    assert (again.added, again.known) == (1, 1)
    async with importer.open() as ctx:
        kinds = {a.name: a.kind for a in await agencies.list_agencies(ctx)}
    assert (kinds["시험대학교"], kinds["시험신보"]) == ("UNIVERSITY", "GUARANTEE_FUND")


async def test_cases_take_no_number_and_keep_their_days(importer: Importer):
    rows = [
        case_row(1, 접수번호="15", 접수일자="2019.3.4.", 처리일="3.9."),
        case_row(2, 접수번호="19-16", 처리구분=None, 처리일=None, 처리내용="검토하고 있음"),
        case_row(3, 접수번호=None, 주관부서=None, 처리구분=None, 처리일=None, 처리내용=None),
    ]
    run = await importer.all(register(rows, title=TITLE))
    assert (run.added, run.bad) == (3, 0), await importer.bad(run.id)
    async with importer.open() as ctx:
        found = await cases.search(ctx, CaseQuery())
        by_no = {row.case_no: row for row in found.rows}
        (digest,) = [no for no in by_no if no.startswith("구-2019-") and len(no) == 17]
        assert set(by_no) == {"구-2019-15", "구-19-16", digest}
        statuses = {no: row.status for no, row in by_no.items()}
        assert statuses == {"구-2019-15": "CLOSED", "구-19-16": "ASSIGNED", digest: "REGISTERED"}
        detail = await cases.detail(ctx, by_no["구-2019-15"].id)
        assert clock.to_seoul(detail.registered_at).date() == date(2019, 3, 4)
        assert detail.answered_at is not None
        assert clock.to_seoul(detail.answered_at).date() == date(2019, 3, 9)
        open_one = await cases.detail(ctx, by_no["구-19-16"].id)
        assert open_one.content.endswith("처리 경과: 검토하고 있음")
        kinds = [(e.kind, e.seq) for e in await ctx.db.all(EVENTS) if e.occurred_at.year < 2020]
        assert ("cases.answered", 3) in kinds
        assert len(kinds) == 4 + 2 + 1
        (fresh,) = await cases.register(
            ctx,
            Intake(
                company_name="새업체",
                rows=[IntakeRow(category="FUNDS", content="이제 막 접수한 것")],
            ),
        )
        assert fresh.case_no.endswith("-000001")
        assert not {"cases.registered_mail", "cases.answered_mail"} & set(await ctx.db.all(JOBS))


@pytest.mark.parametrize(
    "typed", ["구-2019-77", "2019-77", "구-SOS-2019-000078", "sos-2019-000078"]
)
async def test_an_old_number_finds_its_case(importer: Importer, typed: str):
    rows = [case_row(1, 접수번호="2019-77"), case_row(2, 접수번호="SOS-2019-000078")]
    await importer.all(register(rows, title=TITLE))
    async with importer.open() as ctx:
        found = await cases.search(ctx, CaseQuery(q=typed))
    wanted = "구-SOS-2019-000078" if "78" in typed else "구-2019-77"
    assert [row.case_no for row in found.rows] == [wanted]


async def test_our_own_register_adds_nothing(importer: Importer):
    async with importer.open() as ctx:
        (made,) = await cases.register(
            ctx,
            Intake(company_name="가나", rows=[IntakeRow(category="FUNDS", content="자금이 필요")]),
        )
    run = await importer.all(register([case_row(1, 접수번호=made.case_no)], title=TITLE))
    assert (run.added, run.known) == (0, 1)


async def test_one_number_with_two_contents_is_told(importer: Importer):
    rows = [case_row(1), case_row(1, 애로내용="전혀 다른 이야기")]
    run = await importer.all(register(rows, title=TITLE))
    assert (run.added, run.bad) == (1, 1)
    (bad,) = await importer.bad(run.id)
    assert (bad.reason, bad.column, bad.line) == ("DIFFERENT", "접수번호", 5)


async def test_a_resident_number_is_neither_taken_nor_kept(importer: Importer, capfd: Any):
    rows = [case_row(1, 애로내용="저는 900101-1234567 입니다"), case_row(2)]
    run = await importer.all(register(rows, title=TITLE))
    assert (run.added, run.bad) == (1, 1)
    (bad,) = await importer.bad(run.id)
    assert (bad.reason, bad.column) == ("RESIDENT", "애로내용")
    assert "1234567" not in str(bad.cells)
    assert "1234567" not in "".join(capfd.readouterr())


async def test_totals_and_repeated_headings_are_passed_over(importer: Importer):
    total = {"연번": "합  계", "업체명": "2개사"}
    again = dict(zip(CASE_HEAD, CASE_HEAD, strict=True))
    run = await importer.all(register([case_row(1), again, case_row(2), total], title=TITLE))
    assert (run.total, run.added, run.skipped, run.bad) == (4, 2, 2, 0)
    async with importer.open() as ctx:
        plan = await state.read_plan(ctx, run.id)
        notices = await state.bad_lines(ctx, run.id, plan, severity="NOTICE")
    assert [(n.line, n.reason) for n in notices] == [(5, "HEADER"), (7, "TOTAL")]


async def test_a_run_goes_on_where_it_broke_off(importer: Importer, monkeypatch: Any):
    monkeypatch.setattr("sinmungo.imports.plan.BLOCK", 10)
    run_id = await importer.upload(register([case_row(n) for n in range(1, 36)], title=TITLE))
    await importer.match(run_id)
    async with importer.open() as ctx:
        stored = await state.read_run(ctx, run_id)
        assert stored.blocks == 4
        await runs.start(ctx, run_id, stored.row_version, in_worker=False)
    async with importer.open() as ctx:
        assert await runs.step(ctx, run_id)
    with pytest.raises(asyncio.CancelledError):
        async with importer.open() as ctx:
            await runs.step(ctx, run_id)
            raise asyncio.CancelledError
    async with importer.open() as ctx:
        assert (await state.read_run(ctx, run_id)).next_block == 1
    run = await importer.rest(run_id)
    assert (run.state, run.added, run.done) == ("DONE", 35, run.total)
    async with importer.open() as ctx:
        assert await ctx.db.one(CASES) == 35
        assert await ctx.db.one(BLOCKS) == 0


async def test_a_failure_stops_the_run_and_it_can_go_on(importer: Importer, monkeypatch: Any):
    run_id = await importer.upload(register([case_row(1)], title=TITLE))
    await importer.match(run_id)

    async def broken(*_: Any) -> None:
        raise RuntimeError("나비밀")

    with monkeypatch.context() as patch:
        patch.setattr("sinmungo.imports.cases_in.record_past", broken)
        run = await importer.go(run_id)
    assert (run.state, run.failure, run.added) == ("FAILED", "RuntimeError", 0)
    async with importer.open() as ctx:
        assert await ctx.db.one(CASES) == 0
    run = await importer.go(run_id)
    assert (run.state, run.added) == ("DONE", 1)


async def test_only_one_run_at_a_time_and_a_cancelled_one_destroys_its_lines(importer: Importer):
    first = await importer.upload(register([case_row(1)], title=TITLE))
    second = await importer.upload(register([case_row(2)], title=TITLE))
    await importer.match(first)
    await importer.match(second)
    async with importer.open() as ctx:
        stored = await state.read_run(ctx, first)
        await runs.start(ctx, first, stored.row_version, in_worker=False)
    with pytest.raises(RefusedError, match="다른 가져오기"):
        await importer.go(second)
    async with importer.open() as ctx:
        await runs.cancel(ctx, first)
    run = await importer.go(second)
    assert run.added == 1
    async with importer.open() as ctx:
        assert await ctx.db.one(BLOCKS) == 0
        with pytest.raises(RefusedError):
            await runs.cancel(ctx, first)


async def test_what_nobody_finishes_is_destroyed_after_a_week(importer: Importer):
    run_id = await importer.upload(register([case_row(1, 애로내용="900101-1234567")], title=TITLE))
    async with importer.open() as ctx:
        await runs.expire(ctx, run_id)
        assert (await state.read_run(ctx, run_id)).state == "CANCELLED"
        assert await ctx.db.one(BLOCKS) == 0
        assert (await state.read_plan(ctx, run_id)).sheets[0].head == []
    done = await importer.all(register([case_row(2, 접수일자="언제")], title=TITLE))
    async with importer.open() as ctx:
        await runs.forget(ctx, done.id)
    (bad,) = await importer.bad(done.id)
    assert bad.cells is None


async def test_a_required_column_must_be_matched(importer: Importer):
    raw = workbook(("대장", [["접수번호", "일자", "기업명"], ["1", "2019.1.1", "하나"]]))
    run_id = await importer.upload(raw)
    with pytest.raises(InvalidError) as problem:
        await importer.match(run_id)
    assert "애로내용" in problem.value.errors["sheet-0"]


async def test_several_sheets_each_with_its_year(importer: Importer):
    head = ["번호", "일자", "기업명", "애로내용", "경로", "분야"]
    raw = workbook(
        ("2018년", [head, [1, "11.22", "하나", "가", "방문", "자금"]]),
        ("2019년", [head, [1, "11.22", "하나", "나", "방문", "자금"]]),
        ("안내", [["이 파일은 이렇게 씁니다"]]),
    )
    run = await importer.all(raw)
    assert (run.added, run.bad) == (2, 0), await importer.bad(run.id)
    async with importer.open() as ctx:
        found = await cases.search(ctx, CaseQuery())
    assert {row.case_no for row in found.rows} == {"구-2018-1", "구-2019-1"}


async def test_the_lines_are_sealed_in_the_database(importer: Importer):
    await importer.upload(register([case_row(1, 대표자="나비밀")], title=TITLE))
    async with importer.open() as ctx:
        stored = await ctx.db.all(BODIES)
        plans = await ctx.db.all(PLANS)
    assert stored
    assert plans
    assert "나비밀".encode() not in b"".join([*stored, *plans])
