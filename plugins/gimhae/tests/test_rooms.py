"""The rooms, through their doors."""

import asyncio
from datetime import time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo_gimhae.rooms import SLICE, record, service
from sinmungo_gimhae.rooms.record import RoomValues, days_ko

API = "/api/v1/gimhae/rooms"
HOME = "/office/gimhae/rooms"
ROOM = {
    "name": "상시상담실 1호",
    "floor": "1층",
    "seats": 4,
    "equipment": "빔프로젝터",
    "open_days": "12345",
    "opens": "09:00:00",
    "closes": "18:00:00",
}


async def add(api, **given):
    answer = await api.post(API, json={**ROOM, **given})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_added_read_and_changed(api):
    made = await add(api)
    path = f"{API}/{made['id']}"
    one = await api.get(path)
    assert one.headers["etag"] == '"1"'
    assert one.json()["seats"] == 4
    assert one.json()["active"] is True
    assert (await api.patch(path, json={"seats": 6})).status_code == 428
    version = {"if-match": '"1"'}
    done = await api.patch(path, json={"seats": 6, "equipment": None}, headers=version)
    assert (done.json()["seats"], done.json()["equipment"]) == (6, None)
    assert done.json()["name"] == "상시상담실 1호"
    assert (await api.patch(path, json={"seats": 7}, headers=version)).status_code == 412


async def test_what_is_wrong_is_named(api):
    wrong = {"seats": 0, "open_days": "18", "opens": "18:00:00", "closes": "09:00:00"}
    answer = await api.post(API, json=wrong)
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"name", "floor", "seats", "open_days", "closes"}
    none = await api.post(API, json={**ROOM, "open_days": ""})
    assert set(none.json()["errors"]) == {"open_days"}


async def test_one_room_per_name(api):
    await add(api)
    other = await add(api, name="상시상담실 2호")
    twice = await api.post(API, json=ROOM)
    assert twice.json()["errors"] == {"name": "같은 이름의 상담실이 있습니다."}
    renamed = await api.patch(
        f"{API}/{other['id']}", json={"name": ROOM["name"]}, headers={"if-match": '"1"'}
    )
    assert renamed.status_code == 422
    both = await asyncio.gather(*(api.post(API, json={**ROOM, "name": "새 방"}) for _ in range(3)))
    assert sorted(a.status_code for a in both) == [201, 422, 422]


async def test_cursor_pages(api, monkeypatch):
    from sinmungo_gimhae.rooms import api as module

    monkeypatch.setattr(module, "PAGE", 2)
    for number in range(3):
        await add(api, name=f"방 {number}")
    first = (await api.get(API)).json()
    rest = (await api.get(API, params={"cursor": first["next"]})).json()
    assert [r["name"] for r in first["items"] + rest["items"]] == ["방 0", "방 1", "방 2"]
    assert rest["next"] is None


async def test_screens(web, desk):
    browser = web.browser(desk)
    assert "쓰는 상담실이 없습니다" in (await browser.get(HOME)).text
    assert 'value="18:00"' in (await browser.get(f"{HOME}/new")).text
    typed = {
        "name": "상시상담실 1호",
        "floor": "1층",
        "seats": "4석",
        "open_days": ["1", "3"],
        "opens": "오전 9시",
        "closes": "8:00",
        "active": "1",
    }
    wrong = await browser.post(f"{HOME}/new", typed)
    assert wrong.status_code == 422
    assert "닫는 시각은 여는 시각보다 늦어야" in wrong.text
    assert 'value="오전 9시"' in wrong.text
    assert (await browser.post(f"{HOME}/new", {**typed, "closes": "18시"})).status_code == 303
    listed = (await browser.get(HOME)).text
    for shown in ("상시상담실 1호", "4석", "월·수", "09:00~18:00", "사용"):
        assert shown in listed
    path = listed.split(f'href="{HOME}/0')[1].split('"')[0]
    closed = {**typed, "closes": "18:00", "row_version": "1"}
    closed.pop("active")
    assert (await browser.post(f"{HOME}/0{path}", closed)).status_code == 303
    assert "상시상담실 1호" not in (await browser.get(HOME)).text
    assert "닫음" in (await browser.get(f"{HOME}?all=1")).text


async def test_who_may(web, people, api):
    made = await add(api)
    reader = await people.officer("AUDITOR")
    theirs, browser = web.api(reader), web.browser(reader)
    assert (await theirs.get(API)).status_code == 200
    assert (await theirs.post(API, json=ROOM)).status_code == 403
    assert "상담실 등록" not in (await browser.get(HOME)).text
    assert (await browser.get(f"{HOME}/{made['id']}")).status_code == 403
    assert (await web.api().get(API)).status_code == 401
    assert (await web.anyone().get(HOME)).status_code == 303
    assert (await theirs.get(f"{API}/{UUID(int=3)}")).status_code == 404


async def test_demo_is_repeatable(runtime, city):
    for _ in range(2):
        async with runtime.work.open(city) as ctx:
            await SLICE.demo(ctx, {})
    async with runtime.work.open(city) as ctx:
        rooms = await service.list_rooms(ctx)
        assert len(rooms) == 7
        assert len(await service.list_rooms(ctx, only_active=True)) == 6


@pytest.mark.parametrize(
    ("days", "said"),
    [("12345", "월~금"), ("1234567", "매일"), ("135", "월·수·금"), ("12", "월·화"), ("7", "일")],
)
def test_days_as_people_say_them(days, said):
    assert days_ko(days) == said


hours = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(hours, hours, st.sets(st.sampled_from("1234567"), min_size=1), st.integers(1, 1000))
def test_a_room_survives_its_form(opens, closes, days, seats):
    if opens >= closes:
        opens, closes = time(9), time(18)
    open_days = "".join(sorted(days))
    room = RoomValues("방", "1층", seats, None, open_days, opens, closes, active=True)
    assert record.understand(record.as_texts(room)) == room
