"""The screens: the office's day, a booking's page, rooms, rota, rules, and the portal by hand."""

import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from python_calamine import CalamineWorkbook

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.host.models import access_log
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant, read

from sqlalchemy import select  # isort: skip

HOME = "/office/bookings"
NOW = datetime.fromisoformat("2026-11-02T08:00:00+09:00")
TEN = "2026-11-03T10:00:00+09:00"
ROOM = {
    "name": "1호",
    "place": "본관 1층",
    "seats": "4석",
    "hours_1": "9시-12시",
    "hours_2": "09:00~12:00, 13:00~15:00",
}


@pytest_asyncio.fixture(loop_scope="session")
async def city(make_city: Any) -> Tenant:
    made: Tenant = await make_city(
        plugins=("bookings",), bookings={"services": ["자금", "수출·판로"]}
    )
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def desk(people: People) -> Officer:
    return await people.officer("INTAKE_OFFICER", "TENANT_ADMIN", name="양하늘")


@pytest.fixture
def office(web: Web, desk: Officer) -> Browser:
    return web.browser(desk)


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


async def with_room(office: Browser) -> None:
    answer = await office.post(f"{HOME}/rooms/new", ROOM)
    assert answer.status_code == 303, answer.text


def option(html: str, text: str) -> str:
    found = re.search(rf'value="([0-9a-f-]{{36}})"[^>]*>{text}<', html)
    assert found, text
    return found[1]


async def book(office: Browser, **given: str) -> str:
    page = (await office.get(f"{HOME}?day=2026-11-03")).text
    link = re.search(r'href="(/office/bookings/new\?[^"]*10%3A00[^"]*)"', page)
    assert link
    shown = await office.get(link[1].replace("&amp;", "&"))
    assert "2026. 11. 3.(화) 10:00" in shown.text
    room = re.search(r'name="room" value="([^"]+)"', shown.text)
    assert room
    form = {"room": room[1], "at": TEN, "service_id": option(shown.text, "자금"), **given}
    answer = await office.post(f"{HOME}/new", {"company_name": "가온정밀", **form})
    assert answer.status_code == 303, answer.text
    page = (await office.get(f"{HOME}?day=2026-11-03")).text
    found = re.search(r'href="(/office/bookings/[0-9a-f-]{36})"', page)
    assert found
    return found[1]


async def test_an_empty_city_is_led_to_its_first_room(office: Browser):
    assert "쓰는 상담실이 없습니다" in (await office.get(HOME)).text
    wrong = await office.post(f"{HOME}/rooms/new", {**ROOM, "hours_2": "점심", "seats": "x"})
    assert wrong.status_code == 422
    assert 'value="점심"' in wrong.text
    await with_room(office)
    listed = (await office.get(f"{HOME}/rooms")).text
    for shown in ("1호", "4석", "월 09:00~12:00 / 화 09:00~12:00, 13:00~15:00", "모든 분야"):
        assert shown in listed
    assert "쉬는 날입니다." in (await office.get(f"{HOME}?day=11.4")).text
    assert "빈 시간 10칸" in (await office.get(f"{HOME}?day=2026-11-03")).text


async def test_a_telephone_booking_from_the_grid(office: Browser):
    await with_room(office)
    path = await book(office, name="오지안", phone="010-2345-6789", slots="2", subject="대출")
    grid = (await office.get(f"{HOME}?day=2026-11-03")).text
    assert "빈 시간 8칸" in grid
    assert "이어서" in grid
    shown = (await office.get(path)).text
    for text in ("오지안", "010-2345-6789", "10:00~11:00", "예약 취소", "창구·전화로 예약"):
        assert text in shown
    assert "오셨나요?" not in shown
    gone = await office.post(f"{path}/cancel", {"row_version": "1", "note": "업체 사정"})
    assert gone.status_code == 303
    assert "업체 사정" in (await office.get(path)).text
    again = await office.post(f"{path}/cancel", {"row_version": "1"})
    assert again.status_code == 409


async def test_what_was_typed_stays(office: Browser):
    await with_room(office)
    path = await book(office)
    shown = await office.get(f"{HOME}?day=2026-11-03")
    assert path in shown.text
    room = re.search(r"room=([0-9a-f-]{36})", shown.text)
    assert room
    typed = {
        "room": room[1],
        "at": TEN,
        "company_name": "두번째업체",
        "phone": "12",
        "subject": "급합니다",
    }
    wrong = await office.post(f"{HOME}/new", typed)
    assert wrong.status_code == 422
    assert "급합니다" in wrong.text
    assert "두번째업체" in wrong.text
    unknown = await office.get(f"{HOME}/new?room={room[1]}&at=never")
    assert unknown.status_code == 404


async def next_day(web: Web, people: People) -> Browser:
    """Sign in anew: nobody's session outlasts the night."""
    return web.browser(await people.officer("INTAKE_OFFICER", name="양하늘"))


async def test_a_consultation_becomes_a_case(office: Browser, web: Web, people: People):
    await with_room(office)
    path = await book(office, name="오지안")
    with clock.frozen(datetime.fromisoformat(TEN) + timedelta(minutes=10)):
        office = await next_day(web, people)
        assert "오셨나요?" in (await office.get(path)).text
        wrong = await office.post(
            f"{path}/case", {"row_version": "1", "content": "한도가 찼습니다"}
        )
        assert wrong.status_code == 422
        assert "한도가 찼습니다" in wrong.text
        form = {"row_version": "1", "category": "FUNDS", "content": "한도가 찼습니다"}
        made = await office.post(f"{path}/case", form)
        assert made.status_code == 303
        case = (await office.get(made.headers["location"])).text
        assert "한도가 찼습니다" in case
        assert "가온정밀" in case
        assert "접수한 애로 보기" in (await office.get(path)).text
        company = re.search(r"/office/companies/([0-9a-f-]{36})", case)
        assert company
        part = await office.get(f"{HOME}/of-company/{company[1]}")
        assert "상담함" in part.text


async def test_a_no_show_is_noted_and_undone(office: Browser, web: Web, people: People):
    await with_room(office)
    path = await book(office)
    with clock.frozen(datetime.fromisoformat(TEN) + timedelta(minutes=40)):
        office = await next_day(web, people)
        done = await office.post(f"{path}/result", {"row_version": "1", "state": "NO_SHOW"})
        assert done.status_code == 303
        assert "오지 않음 1번" in (await office.get(path)).text
        assert (await office.post(f"{path}/undo", {"row_version": "2"})).status_code == 303
        assert "오셨나요?" in (await office.get(path)).text


async def test_the_day_sheet_and_who_opened_it(
    office: Browser, web: Web, people: People, runtime: Runtime, city: Tenant, desk: Officer
):
    await with_room(office)
    await book(office, name="오지안", phone="010-2345-6789", subject="=대출")
    shown = (await office.get(f"{HOME}/sheet?day=2026-11-03")).text
    assert "오지안" in shown
    assert "010-2345-6789" in shown
    file = await office.get(f"{HOME}/sheet/xlsx?day=2026-11-03")
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(file.content))
    cells = [str(c) for row in workbook.get_sheet_by_index(0).to_python() for c in row]
    for value in ("1호", "10:00~10:30", "오지안", "=대출"):
        assert value in cells
    assert (await office.get(f"{HOME}/sheet/exe?day=2026-11-03")).status_code == 404
    reader = web.browser(await people.officer("AUDITOR"))
    assert (await reader.get(f"{HOME}/sheet?day=2026-11-03")).status_code == 403
    async with runtime.work.open(city) as ctx:
        seen = read(select(access_log.c.act).where(access_log.c.officer_id == desk.id), str)
        assert (await ctx.db.all(seen)).count("DAY_SHEET") == 2


async def test_a_month_as_a_file_keeps_persons_masked(office: Browser):
    await with_room(office)
    path = await book(office, name="오지안", phone="010-2345-6789", subject="=대출")
    assert (await office.post(f"{path}/cancel", {"row_version": "1"})).status_code == 303
    await book(office, company_name="나중공업")
    link = f"{HOME}/file/xlsx?month=2026-11"
    assert link in (await office.get(f"{HOME}?day=2026-11-03")).text
    file = await office.get(link)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0)
    lines = [line for line in rows.to_python() if "1호" in line]
    assert [line[1:] for line in lines] == [
        ["10:00~10:30", "1호", "자금", "가온정밀", "오*안", "=대출", "취소"],
        ["10:00~10:30", "1호", "자금", "나중공업", "", "", "예약"],
    ]
    plain = (await office.get(f"{HOME}/file/csv?month=2026-12")).text
    assert "가온정밀" not in plain
    assert (await office.get(f"{HOME}/file/exe")).status_code == 404


async def test_a_closed_day_shows_the_bookings_it_left(office: Browser):
    await with_room(office)
    await book(office)
    closed = {"first_day": "11.3", "reason": "공사"}
    wrong = await office.post(f"{HOME}/rooms/closures", {"first_day": "11.3"})
    assert wrong.status_code == 422
    assert (await office.post(f"{HOME}/rooms/closures", closed)).status_code == 303
    day = (await office.get(f"{HOME}?day=2026-11-03")).text
    assert "쉬는 날입니다." in day
    assert "표에 없는 예약이 있습니다" in day
    listed = (await office.get(f"{HOME}/rooms")).text
    drop = re.search(r'action="([^"]+/drop)"', listed)
    assert drop
    assert (await office.post(drop[1])).status_code == 303
    assert "빈 시간 9칸" in (await office.get(f"{HOME}?day=2026-11-03")).text


async def test_the_rota_on_the_screen(office: Browser):
    await with_room(office)
    start = await office.get(f"{HOME}/rota")
    assert "먼저 상담자를 등록하세요" in start.text
    nobody = await office.post(f"{HOME}/rota/consultants", {"kind": "EXPERT"})
    assert "전문가의 이름을 적어 주세요." in nobody.text
    expert = {"kind": "EXPERT", "name": "남궁솔", "title": "세무사"}
    assert (await office.post(f"{HOME}/rota/consultants", expert)).status_code == 303
    agency = option(start.text, "중소벤처기업진흥공단")
    told = {"kind": "AGENCY", "agency_id": agency}
    assert (await office.post(f"{HOME}/rota/consultants", told)).status_code == 303
    assert "이미 등록된" in (await office.post(f"{HOME}/rota/consultants", told)).text
    page = (await office.get(f"{HOME}/rota")).text
    line = {
        "room_id": option(page, "1호"),
        "consultant_id": option(page, "남궁솔 세무사"),
        "service_id": option(page, "자금"),
        "weekday": "2",
        "opens": "9시",
        "closes": "12:00",
    }
    empty = await office.post(f"{HOME}/rota/lines", {})
    assert empty.status_code == 422
    assert (await office.post(f"{HOME}/rota/lines", line)).status_code == 303
    page = (await office.get(f"{HOME}/rota")).text
    assert "매주 화요일" in page
    await book(office)
    end = re.search(r'action="([^"]+/end)"', page)
    assert end
    assert (await office.post(end[1], {"row_version": "1"})).status_code == 303
    assert "매주 화요일" not in (await office.get(f"{HOME}/rota")).text


async def test_rules_and_services(office: Browser):
    home = "/admin/bookings"
    assert "며칠 전까지 취소" in (await office.get(home)).text
    rules = {
        "title": "상시상담실",
        "slot_minutes": "60",
        "ahead_days": "14",
        "cancel_days": "2",
        "no_show_limit": "3",
        "no_show_months": "6",
    }
    wrong = await office.post(f"{home}/rules", {**rules, "ahead_days": "many"})
    assert wrong.status_code == 422
    assert 'value="many"' in wrong.text
    assert (await office.post(f"{home}/rules", rules)).status_code == 303
    assert "상시상담실" in (await office.get(HOME)).text
    assert (await office.post(f"{home}/services", {"name": "법률"})).status_code == 303
    twice = await office.post(f"{home}/services", {"name": "법률"})
    assert "같은 이름의 상담 분야" in twice.text
    page = (await office.get(home)).text
    row = re.search(r'action="([^"]+/services/[^"]+)"', page)
    assert row
    changed = {"name": "자금·세무", "position": "5", "active": "", "row_version": "1"}
    assert (await office.post(row[1], changed)).status_code == 303
    assert "자금·세무" in (await office.get(home)).text


async def test_the_portal_by_hand(web: Web, office: Browser):
    await with_room(office)
    visitor = web.anyone()
    first = (await visitor.get("/bookings")).text
    chosen = re.search(r'href="(/bookings\?service=[^"]+)">자금<', first)
    assert chosen
    times = (await visitor.get(chosen[1])).text
    assert "쉬는 요일" in times
    link = re.search(r'href="(/bookings/new\?[^"]*2026-11-03T10%3A00[^"]*)"', times)
    assert link
    shown = await visitor.get(link[1].replace("&amp;", "&"))
    hidden = dict(re.findall(r'type="hidden" name="(service|at)"[^>]*value="([^"]+)"', shown.text))
    form = {**hidden, "company_name": "가온정밀", "name": "오지안", "phone": "010-2345-6789"}
    wrong = await visitor.post("/bookings/new", form)
    assert wrong.status_code == 422
    assert "동의해 주세요" in wrong.text
    done = await visitor.post("/bookings/new", {**form, "consent": "1"})
    assert (done.status_code, done.headers["location"]) == (303, "/bookings/done")
    receipt = (await visitor.get("/bookings/done")).text
    numbers = {
        "receipt_no": re.findall(r'id="receipt-no">(\w+)<', receipt)[0],
        "code": re.findall(r'id="receipt-code">(\w+)<', receipt)[0],
    }
    other = web.anyone()
    assert "한 번만" in (await other.get("/bookings/done")).text
    taken = await other.get(link[1].replace("&amp;", "&"))
    assert taken.status_code == 200
    late = await other.post("/bookings/new", {**form, "phone": "010-1111-2222", "consent": "1"})
    assert late.status_code == 409
    assert "다른 시간 고르기" in late.text
    seen = await visitor.post("/bookings/follow", numbers)
    assert "본관 1층 1호" in seen.text
    assert "취소하실 수 있습니다" in seen.text
    gone = await visitor.post("/bookings/withdraw", numbers)
    assert "다시 예약하기" in gone.text
    wrong = await visitor.post("/bookings/follow", {**numbers, "code": "x"})
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("dimension", "lines"),
    [
        ("room", {"1호": (2, 1)}),
        ("service", {"자금": (2, 1), "수출·판로": (0, 0)}),
        ("state", {"예약": (1, 0), "상담함": (0, 0), "오지 않음": (0, 0), "취소": (1, 1)}),
        ("month", {"2026-11": (2, 1)}),
        ("channel", {"창구·전화": (2, 1), "누리집": (0, 0)}),
    ],
)
async def test_the_report(
    office: Browser, web: Web, desk: Officer, dimension: str, lines: dict[str, tuple[int, int]]
):
    await with_room(office)
    path = await book(office)
    await office.post(f"{path}/cancel", {"row_version": "1"})
    await book(office)
    ask = f"/api/v1/reporting/bookings?dimension={dimension}&from=2026-11-01&to=2026-11-30"
    table = (await web.api(desk).get(ask)).json()
    codes = [column["code"] for column in table["columns"]]
    whole, gone = codes.index("all"), codes.index("cancelled")
    found = {
        line["title"]: (line["cells"][whole]["value"], line["cells"][gone]["value"])
        for line in table["lines"]
    }
    assert found == lines


ROOMS = {
    "rooms": [
        {"name": "1호", "place": "1층", "seats": 4, "days": "12345", "hours": "09:00~18:00"},
        {"name": "2호", "place": "2층", "seats": 8, "days": "24", "hours": "09:00~17:00",
         "services": ["수출·판로"]},
    ],
    "rota": [
        {"room": "2호", "expert": "남궁솔", "service": "수출·판로", "days": "24",
         "opens": "09:00", "closes": "17:00"},
    ],
    "bookings": 25,
}  # fmt: skip


async def test_the_citys_rooms_and_their_weeks_as_rows(
    office: Browser, web: Web, desk: Officer, runtime: Runtime, city: Tenant
):
    """What the city's file tells becomes rooms, rota and bookings; page, API and file agree."""
    from sinmungo.bookings.seed import demo
    from sinmungo.companies.service import add

    async with runtime.work.open(city) as ctx:
        for number in range(5):
            await add(ctx, {"name": f"㈜업체{number}"})
        await demo(ctx, ROOMS)
    async with runtime.work.open(city) as ctx:
        await demo(ctx, ROOMS)  # once only
    api = web.api(desk)
    rooms = (await api.get("/api/v1/bookings/rooms")).json()["items"]
    assert [r["name"] for r in rooms] == ["1호", "2호"]
    days = "first=2026-10-01&last=2026-11-30"
    rows = (await api.get(f"/api/v1/bookings?{days}")).json()["items"]
    assert len(rows) > 15
    assert {"DONE", "BOOKED"} <= {r["state"] for r in rows}
    listed = []
    for month in ("2026-10", "2026-11"):
        file = await office.get(f"{HOME}/file/xlsx?month={month}")
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0)
        listed += [row for row in sheet.to_python() if row[2] in {"1호", "2호"}]
    assert len(listed) == len(rows)
    for day in {clock.to_seoul(datetime.fromisoformat(r["starts_at"])).date() for r in rows}:
        shown = [r for r in listed if r[0] == day]
        page = (await office.get(f"{HOME}?day={day}")).text
        standing = sum(row[7] != "취소" for row in shown)
        assert f"예약 {standing}건" in page
        assert f'value="{day.year}. {day.month}. {day.day}."' in page
