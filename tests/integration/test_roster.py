"""Departments and people from a file or a paste: added once, moved when a line says otherwise."""

import io
import re
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo.app import Runtime
from sinmungo.imports.people_in import _roles
from sinmungo.imports.problems import LineProblemError
from sinmungo.people import officers
from sinmungo.people import service as people_service
from sinmungo.people.models import ROLES
from sinmungo.people.permissions import REGIONAL
from sinmungo.testing.books import workbook
from sinmungo.testing.imports import Importer
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

HEAD = ["소속", "성명", "직급", "행정전화", "이메일", "행정ID", "권한", "상위조직"]
ROOT = "/admin/imports"


@pytest.fixture
def importer(runtime: Runtime, city: Tenant) -> Importer:
    return Importer(runtime, city)


def line(login: str = "", **over: Any) -> list[Any]:
    row: dict[str, Any] = {
        "unit": "기업지원과", "name": "한서윤" if login else None, "title": None, "phone": None,
        "email": None, "login": login or None, "role": None, "parent": None,
    }  # fmt: skip
    return list({**row, **over}.values())


def roster(*rows: list[Any]) -> bytes:
    return workbook(("직원", [["2026년 직원 명부"], HEAD, *rows]))


async def one(importer: Importer, login: str) -> officers.OfficerDetail:
    async with importer.open() as ctx:
        staff = await people_service.list_officers(ctx)
        found = next(row.id for row, _ in staff if row.login == login)
        return await officers.detail(ctx, found)


async def units(importer: Importer) -> dict[str, Any]:
    async with importer.open() as ctx:
        return {u.name: u for u in await people_service.list_units(ctx)}


async def test_people_come_with_post_roles_and_sealed_names(importer: Importer):
    whole = line(
        "SYHAN", title="팀장", phone="02-700-1234", email="han@city.example", role="접수담당, 팀장"
    )
    done = await importer.all(roster(whole, line("kim.b")), "PEOPLE")
    assert (done.added, done.bad) == (2, 0)
    made = await one(importer, "syhan")
    assert (made.name, made.email, made.phone) == ("한서윤", "han@city.example", "027001234")
    assert set(made.roles) == {"INTAKE_OFFICER", "TEAM_LEADER"}
    assert made.post is not None
    assert (made.post.unit_name, made.post.title) == ("기업지원과", "팀장")
    assert made.must_change
    other = await one(importer, "kim.b")
    assert other.roles == ["LEAD_OFFICER"]
    assert other.post is not None
    assert other.post.title == "주무관"


async def test_a_second_run_adds_nothing_and_a_changed_line_moves(importer: Importer):
    first = roster(line("syhan", phone="02-700-1234"), line("kim.b"))
    await importer.all(first, "PEOPLE")
    again = await importer.all(first, "PEOPLE", name="다시.xlsx")
    assert (again.added, again.changed, again.known, again.bad) == (0, 0, 2, 0)
    changed = roster(
        line("syhan", unit="감사담당관", title="팀장", role="감사(열람)", parent=None),
        line(unit="감사담당관", parent=None),
        line("kim.b", name="김바다"),
    )
    done = await importer.all(changed, "PEOPLE", name="인사이동.xlsx")
    assert (done.added, done.changed, done.bad) == (1, 1, 1)
    done = await importer.all(changed, "PEOPLE", name="인사이동2.xlsx")
    assert (done.added, done.changed, done.known, done.bad) == (0, 1, 2, 0)
    moved = await one(importer, "syhan")
    assert moved.post is not None
    assert (moved.post.unit_name, moved.post.title, moved.roles) == (
        "감사담당관",
        "팀장",
        ["AUDITOR"],
    )
    assert moved.phone == "027001234"
    assert (await one(importer, "kim.b")).name == "김바다"


async def test_departments_come_from_a_file_of_their_own(importer: Importer):
    table = [
        ["코드", "부서", "상위부서", "전화", "업무"],
        ["100", "경제국", None, "02-700-1000", "기업"],
        ["110", "창업지원과", "경제국", "02-700-1100", "창업"],
        ["111", "창업1팀", "창업지원과", None, "창업"],
        ["120", "기업지원과", None, "02-700-1200", "지원"],
    ]
    raw = workbook(("조직", table))
    done = await importer.all(raw, "PEOPLE", name="조직.xlsx")
    assert (done.added, done.changed, done.bad) == (3, 1, 0)
    made = await units(importer)
    kinds = {name: made[name].kind for name in ("경제국", "창업지원과", "창업1팀")}
    assert kinds == {"경제국": "BUREAU", "창업지원과": "DEPARTMENT", "창업1팀": "TEAM"}
    assert made["창업1팀"].parent_id == made["창업지원과"].id
    assert made["기업지원과"].phone == "027001200"
    again = await importer.all(raw, "PEOPLE", name="조직 다시.xlsx")
    assert (again.added, again.changed, again.known) == (0, 0, 4)


async def test_a_persons_line_may_bring_the_team_with_its_parent(importer: Importer):
    rows = [line("a1", unit="총무팀", parent="기업지원과"), line("a2", unit="기업지원과 총무팀")]
    done = await importer.all(roster(*rows), "PEOPLE")
    assert (done.added, done.bad) == (2, 0)
    second = await one(importer, "a2")
    assert second.post is not None
    assert second.post.unit_name == "총무팀"


WRONG = (
    (line("a1", unit="없는과"), "소속", "없는 부서"),
    (line("a2", unit=None), "소속", "부서가 비어"),
    (line("a3", unit="새과", parent="없는국"), "상위조직", "상위부서를 찾을 수"),
    (line("a4", parent="감사실"), "상위조직", "다른 상위부서"),
    (line("a5", role="황제"), "권한", "모르는 역할"),
    (line("a6", name=None), "성명", "이름을 적어"),
    (line("가나"), "행정ID", "영문 소문자"),
    (line("a7", email="메일"), "이메일", "전자우편"),
    (line("", name="한서윤"), "행정ID", "아이디가 비어"),
    (line("a8", name="900101-1234568"), "성명", "주민등록번호"),
)


async def test_each_line_that_cannot_be_taken_says_what_to_do(importer: Importer):
    rows = [row for row, _, _ in WRONG]
    done = await importer.all(
        roster(line(unit="감사실", parent=None), *rows, line("good")), "PEOPLE"
    )
    assert (done.added, done.bad) == (2, len(WRONG))
    found = sorted(await importer.bad(done.id), key=lambda bad: bad.line)
    assert [bad.column for bad in found] == [column for _, column, _ in WRONG]
    for bad, (_, _, told) in zip(found, WRONG, strict=True):
        assert told in bad.message


async def test_the_last_administrator_stays_one(importer: Importer, people: People):
    admin = await people.officer("TENANT_ADMIN")
    done = await importer.all(roster(line(admin.login, role="처리담당")), "PEOPLE")
    assert (done.changed, done.bad) == (0, 1)
    (bad,) = await importer.bad(done.id)
    assert "관리자가 한 명은" in bad.message


async def test_two_teams_of_one_name_need_their_parent(importer: Importer):
    made = [
        line(unit="경제국"),
        line(unit="총무팀", parent="기업지원과"),
        line(unit="총무팀", parent="경제국"),
        line("a1", unit="총무팀"),
        line("a2", unit="총무팀", parent="경제국"),
    ]
    done = await importer.all(roster(*made), "PEOPLE")
    assert (done.added, done.bad) == (4, 1)
    (bad,) = await importer.bad(done.id)
    assert "여럿" in bad.message


# A regional team's role is given for some days on its own page, and by no list.
@given(
    st.lists(st.sampled_from(sorted({*ROLES} - {REGIONAL})), unique=True),
    st.sampled_from([",", "/", " , "]),
)
def test_roles_are_read_by_title_and_by_code(codes: list[str], between: str):
    assert _roles(between.join(ROLES[code] for code in codes)) == tuple(codes)
    assert _roles(between.join(codes)) == tuple(codes)


def test_a_regional_teams_role_is_given_by_no_list():
    with pytest.raises(LineProblemError):
        _roles(REGIONAL)


def test_an_unknown_role_names_the_known_ones():
    with pytest.raises(LineProblemError) as caught:
        _roles("처리담당, 황제")
    assert "접수담당" in caught.value.message


async def pasted(web: Web, people: People, text: str) -> tuple[Any, str]:
    """Paste lines, agree to the columns, begin; return the browser and the run's page."""
    browser = web.browser(await people.officer("TENANT_ADMIN"))
    page = await browser.get(f"{ROOT}?kind=PEOPLE")
    assert 'value="PEOPLE" selected' in page.text
    answer = await browser.post(ROOT, {"kind": "PEOPLE", "pasted": text})
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    page = await browser.get(path)
    fields = dict(re.findall(r'name="(sheet-0[^"]*)"[^>]*value="([^"]*)"', page.text))
    chosen = re.findall(
        r'<select[^>]*name="(sheet-0-column-\w+)".*?</select>', page.text, re.DOTALL
    )
    for name in chosen:
        part = page.text.split(f'name="{name}"')[1].split("</select>")[0]
        found = re.search(r'value="([^"]*)" selected', part)
        fields[name] = found[1] if found else ""
    version = re.search(r'name="row_version" value="(\d+)"', page.text)
    assert version
    saved = await browser.post(
        f"{path}/columns", {**fields, "sheet-0": "1", "row_version": version[1], "as_of": ""}
    )
    assert saved.status_code == 303, saved.text
    page = await browser.get(path)
    version = re.search(r'name="row_version" value="(\d+)"', page.text)
    assert version
    started = await browser.post(f"{path}/start", {"row_version": version[1]})
    assert started.status_code == 303, started.text
    return browser, path


async def test_a_paste_from_a_spreadsheet_and_links_for_those_it_brought(
    web: Web, people: People, importer: Importer
):
    text = "부서\t이름\t아이디\n기업지원과\t한서윤\tsyhan\n기업지원과\t김바다\tkim.b"
    browser, path = await pasted(web, people, text)
    run_id = UUID(path.rsplit("/", 1)[1])
    await importer.rest(run_id)
    page = await browser.get(path)
    assert "아직 비밀번호가 없는 직원 2명" in page.text
    answer = await browser.post(f"{path}/links")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    lines = list(sheet.iter_rows(values_only=True))
    told = next(row for row in lines if "syhan" in row)
    link = next(str(cell) for cell in told if "/office/people/invitation/" in str(cell))
    guest = web.anyone()
    page = await guest.get("/office" + link.split("/office", 1)[1])
    assert page.status_code == 200
    opened = await guest.post(
        "/office" + link.split("/office", 1)[1],
        {"password": "봄날의-언덕-산책길-7", "again": "봄날의-언덕-산책길-7"},
    )
    assert opened.status_code == 303, opened.text
    page = await browser.get(path)
    assert "아직 비밀번호가 없는 직원 1명" in page.text


async def test_nothing_handed_in_is_said_so(web: Web, people: People):
    browser = web.browser(await people.officer("TENANT_ADMIN"))
    await browser.get(ROOT)
    answer = await browser.post(ROOT, {"kind": "PEOPLE", "pasted": ""})
    assert answer.status_code == 422
    assert "파일을 고르거나 붙여 넣어" in answer.text


async def test_links_are_for_those_who_manage_people(web: Web, people: People, importer: Importer):
    done = await importer.all(roster(line("syhan")), "PEOPLE")
    browser = web.browser(await people.officer("LEAD_OFFICER"))
    await browser.get("/office/cases")
    assert (await browser.post(f"{ROOT}/{done.id}/links")).status_code == 403
