"""A company books without an account, follows, takes back; and what stands in the way of misuse."""

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.bookings import visitors
from sinmungo.host.city_settings import set_setting
from sinmungo.host.context import Work
from sinmungo.jobs.worker import Worker
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

PORTAL = "/api/v1/bookings/portal"
API = "/api/v1/bookings"
NOW = datetime.fromisoformat("2026-11-02T08:00:00+09:00")  # a Monday
WEDNESDAY = "2026-11-04T10:00:00+09:00"
TO = "visitor@example.com"
HOURS = [{"weekday": d, "opens": "09:00:00", "closes": "12:00:00"} for d in range(1, 6)]
VISITOR = {
    "company_name": "가온정밀",
    "name": "오지안",
    "phone": "010-2345-6789",
    "subject": "수출 서류가 궁금합니다",
    "consent": True,
}


@pytest_asyncio.fixture(loop_scope="session")
async def city(make_city: Any) -> Tenant:
    made: Tenant = await make_city(plugins=("bookings",), bookings={"services": ["자금"]})
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def desk(people: People) -> Officer:
    return await people.officer("INTAKE_OFFICER", "TENANT_ADMIN", name="양하늘")


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def service(web: Web, desk: Officer) -> str:
    with clock.frozen(NOW):
        api = web.api(desk)
        body = {"name": "1호", "place": "본관 1층", "seats": 4, "hours": HOURS}
        assert (await api.post(f"{API}/rooms", json=body)).status_code == 201
        return str((await api.get(f"{API}/services")).json()["items"][0]["id"])


async def ask(web: Web, service: str, starts_at: str = WEDNESDAY, **given: Any) -> Any:
    body = {**VISITOR, "service_id": service, "starts_at": starts_at, **given}
    return await web.api().post(PORTAL, json=body)


async def booked(web: Web, service: str, starts_at: str = WEDNESDAY, **given: Any) -> Any:
    answer = await ask(web, service, starts_at, **given)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_free_times_without_an_account(web: Web, service: str):
    path = f"{PORTAL}/free?service_id={service}&days=6"
    days = (await web.api().get(path)).json()["items"]
    assert [len(d["times"]) for d in days] == [6, 6, 6, 6, 6, 0]
    assert days[5]["closed"] == "쉬는 요일"
    await booked(web, service)
    assert len((await web.api().get(path)).json()["items"][2]["times"]) == 5


async def test_book_follow_and_take_back(web: Web, service: str):
    receipt = await booked(web, service)
    numbers = {"receipt_no": receipt["receipt_no"].lower(), "code": receipt["code"]}
    seen = (await web.api().post(f"{PORTAL}/follow", json=numbers)).json()
    assert (seen["room_name"], seen["may_cancel"], seen["cancel_until"]) == (
        "1호",
        True,
        "2026-11-03",
    )
    for wrong in ({**numbers, "code": "22222222"}, {**numbers, "receipt_no": "2222222222"}):
        answer = await web.api().post(f"{PORTAL}/follow", json=wrong)
        assert (answer.status_code, answer.json()["title"]) == (
            404,
            "예약번호나 확인번호가 맞지 않습니다.",
        )
    with clock.frozen(datetime.fromisoformat("2026-11-03T23:59:00+09:00")):
        gone = await web.api().post(f"{PORTAL}/withdraw", json=numbers)
        assert (gone.json()["state"], gone.json()["may_cancel"]) == ("CANCELLED", False)
        assert (await web.api().post(f"{PORTAL}/withdraw", json=numbers)).status_code == 409
    await booked(web, service)


async def test_not_on_the_day_itself(web: Web, service: str):
    receipt = await booked(web, service)
    numbers = {"receipt_no": receipt["receipt_no"], "code": receipt["code"]}
    with clock.frozen(datetime.fromisoformat("2026-11-04T00:00:00+09:00")):
        late = await web.api().post(f"{PORTAL}/withdraw", json=numbers)
    assert late.status_code == 409
    assert "전날까지" in late.json()["title"]


async def test_what_is_wrong_is_named(web: Web, service: str):
    none = dict.fromkeys(("company_name", "name", "phone"), "")
    answer = await ask(web, service, **none, consent=False)
    assert set(answer.json()["errors"]) == {"company_name", "name", "phone", "consent"}
    number = await ask(web, service, subject="주민번호 900101-1234567")
    assert set(number.json()["errors"]) == {"subject"}
    for when in (
        "2026-11-02T07:00:00+09:00",
        "2026-12-30T10:00:00+09:00",
        "2026-11-07T10:00:00+09:00",
    ):
        assert set((await ask(web, service, when)).json()["errors"]) == {"starts_at"}
    chosen = await ask(web, service, company_id="00000000-0000-0000-0000-000000000001", slots=4)
    assert chosen.status_code == 201
    assert (
        len(
            (await web.api().get(f"{PORTAL}/free?service_id={service}&days=3")).json()["items"][2][
                "times"
            ]
        )
        == 5
    )


async def test_a_receipt_once_per_idempotency_key(web: Web, service: str):
    body = {**VISITOR, "service_id": service, "starts_at": WEDNESDAY}
    key = {"idempotency-key": "a" * 20}
    first = await web.api().post(PORTAL, json=body, headers=key)
    again = await web.api().post(PORTAL, json=body, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()


async def test_no_shows_close_the_portal_and_not_the_telephone(
    web: Web, desk: Officer, service: str
):
    api = web.api(desk)
    for day in (3, 4):
        await booked(web, service, f"2026-11-0{day}T09:00:00+09:00")
    with clock.frozen(NOW + timedelta(days=3)):
        lines = (await api.get(f"{API}?first=2026-11-01&last=2026-11-30")).json()["items"]
        for number, line in enumerate(lines, start=1):
            path = f"{API}/{line['id']}/result"
            done = await api.post(path, json={"state": "NO_SHOW"}, headers={"if-match": '"1"'})
            assert done.status_code == 200
            answer = await ask(web, service, f"2026-11-1{number}T09:00:00+09:00")
            assert answer.status_code == (201 if number == 1 else 409)
        assert "전화로 예약해 주세요" in answer.json()["title"]
        assert "02-0000-1000" in answer.json()["title"]
        other = await ask(
            web,
            service,
            "2026-11-16T09:00:00+09:00",
            phone="010-9999-1111",
            company_name="다른업체",
        )
        assert other.status_code == 201
        told = {k: v for k, v in VISITOR.items() if k != "consent"}
        by_phone = {**told, "service_id": service, "starts_at": "2026-11-17T09:00:00+09:00"}
        assert (await api.post(API, json=by_phone)).status_code == 201
    with clock.frozen(NOW + timedelta(days=200)):
        assert (await ask(web, service, "2027-05-24T09:00:00+09:00")).status_code == 201


async def test_three_ahead_per_telephone_and_ten_an_hour_per_address(
    web: Web, service: str, monkeypatch: pytest.MonkeyPatch
):
    for wall in ("09:00", "09:30", "10:00"):
        await booked(web, service, f"2026-11-05T{wall}:00+09:00")
    fourth = await ask(web, service, "2026-11-05T10:30:00+09:00")
    assert (fourth.status_code, "3건까지" in fourth.json()["title"]) == (409, True)
    monkeypatch.setattr(visitors, "PER_HOUR", 3)
    other = await ask(web, service, "2026-11-05T10:30:00+09:00", phone="010-1111-2222")
    assert other.status_code == 429
    with clock.frozen(NOW + timedelta(minutes=61)):
        later = await ask(web, service, "2026-11-05T10:30:00+09:00", phone="010-1111-2222")
        assert later.status_code == 201


class Inbox:
    """An SMTP server's memory."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Inbox()
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    yield made, port
    controller.stop()


def worker(runtime: Runtime, port: int) -> Worker:
    changes = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_from": "sos@city.example"}
    settings = msgspec.structs.replace(runtime.settings, **changes)
    w = runtime.work
    return Worker(Work(w.doors, w.keyring, w.host, w.wake, settings), runtime.registry)


async def test_mails_when_booked_the_day_before_and_when_cancelled(
    web: Web, desk: Officer, runtime: Runtime, city: Tenant, inbox: tuple[Inbox, int], service: str
):
    box, port = inbox
    post, api = worker(runtime, port), web.api(desk)
    async with runtime.work.open(city) as ctx:
        await set_setting(ctx, "bookings.texts.cancelled_body", "{기관}입니다. {예약번호} 취소")
    receipt = await booked(web, service, email=TO)
    gone = await booked(web, service, "2026-11-04T11:00:00+09:00", email=TO)
    assert await post.drain(city) == 2
    with clock.frozen(datetime.fromisoformat("2026-11-03T08:59:00+09:00")):
        assert await post.drain(city) == 0
        lines = (await api.get(f"{API}?first=2026-11-04&last=2026-11-04")).json()["items"]
        await api.post(
            f"{API}/{lines[1]['id']}/cancel",
            json={"note": "우리 사정"},
            headers={"if-match": '"1"'},
        )
        assert await post.drain(city) == 1
    with clock.frozen(datetime.fromisoformat("2026-11-03T09:00:00+09:00")):
        assert await post.drain(city) == 2
        assert await post.drain(city) == 0
    subjects = [str(m["Subject"]).split("] ")[1] for m in box.mails]
    assert sorted(subjects) == [
        "상담실 예약 예약되었습니다",
        "상담실 예약 예약되었습니다",
        "상담실 예약 예약이 취소되었습니다",
        "상담실 예약 예약하신 날이 다가왔습니다",
    ]
    assert f"시험시입니다. {gone['receipt_no']} 취소" in box.mails[2].get_content()
    assert "못 오시면 전날까지 예약 확인 화면에서" in box.mails[0].get_content()
    reminder = box.mails[3].get_content()
    assert box.mails[3]["To"] == TO
    assert "일시 2026. 11. 4.(수) 10:00~10:30" in reminder
    assert "장소 본관 1층 1호" in reminder
    assert "문의 기업지원과 02-0000-1000" in reminder
    assert receipt["receipt_no"] in reminder
    for mail in box.mails:
        for secret in ("수출", "가온정밀", "오지안", "우리 사정", receipt["code"], gone["code"]):
            assert secret not in mail.get_content() + mail["Subject"]


async def test_no_reminder_for_tomorrow_or_where_it_is_off(
    web: Web, desk: Officer, runtime: Runtime, city: Tenant, inbox: tuple[Inbox, int], service: str
):
    box, port = inbox
    post = worker(runtime, port)
    with clock.frozen(NOW + timedelta(hours=4)):
        await booked(web, service, "2026-11-03T10:00:00+09:00", email=TO)
    await web.api(desk).patch(f"{API}/rules", json={"remind": False})
    await booked(web, service, email=TO, phone="010-3333-4444")
    with clock.frozen(datetime.fromisoformat("2026-11-03T12:00:00+09:00")):
        assert await post.drain(city) == 2
        assert len(box.mails) == 2
