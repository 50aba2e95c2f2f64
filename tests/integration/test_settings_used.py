"""Each setting is used: what an admin saves, the other screens, mails and reports obey."""

import base64
import zlib
from datetime import datetime
from typing import Any

import httpx
import pytest

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.jobs import mail
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant

API = "/api/v1/settings"
NOW = datetime.fromisoformat("2026-11-02T10:00:00+09:00")
FILING = {
    "company_name": "가온정밀",
    "caller": "한서윤",
    "phone": "010-1234-5678",
    "content": "도로가 파였습니다",
    "consent": "1",
}


def png(size: int = 0) -> bytes:
    """Return a whole PNG of one pixel, made longer by a text chunk."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + crc

    head = (1).to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    parts = [chunk(b"IHDR", head), chunk(b"tEXt", b"x" * size)]
    parts += [chunk(b"IDAT", zlib.compress(bytes(4))), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.fixture(autouse=True)
def _monday():
    with clock.frozen(NOW):
        yield


@pytest.fixture
async def admin(people: People) -> Officer:
    return await people.officer("TENANT_ADMIN", "INTAKE_OFFICER", "TEAM_LEADER", name="정다올")


@pytest.fixture
def api(web: Web, admin: Officer) -> httpx.AsyncClient:
    return web.api(admin)


@pytest.fixture
def anyone(web: Web) -> Browser:
    return web.anyone()


async def put(api: httpx.AsyncClient, slug: str, *, status: int = 200, **given: Any) -> Any:
    etag = (await api.get(f"{API}/{slug}")).headers["etag"]
    headers = {"if-match": etag}
    answer = await api.put(f"{API}/{slug}", json={"values": given}, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def register(api: httpx.AsyncClient, **more: Any) -> httpx.Response:
    row = {"category": "FUNDS", "content": "신규 설비 자금이 부족합니다"}
    body = {"rows": [row], "channel": "HOTLINE", "company_name": "가온정밀", **more}
    return await api.post("/api/v1/cases", json=body)


async def first(api: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await register(api, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["items"][0])


def due(case: dict[str, Any]) -> str:
    return f"{clock.to_seoul(datetime.fromisoformat(case['due_at'])):%m-%d %H:%M}"


async def lines(api: httpx.AsyncClient, slug: str, field: str) -> list[dict[str, Any]]:
    return list((await api.get(f"{API}/{slug}")).json()["values"][field])


async def test_the_name_goes_to_the_registry_and_to_every_page(
    api: httpx.AsyncClient, anyone: Browser, runtime: Runtime, city: Tenant
):
    await put(api, "city", name="가람군", service_name="기업도움", term_title="민선9기")
    assert runtime.registry.by_id(city.id).name == "가람군"
    home = (await anyone.get("/")).text
    assert "기업도움 <small>가람군</small>" in home.replace("\n", "")
    assert "민선9기" in home


async def test_the_term_is_a_period_of_the_reports_as_are_footnotes_and_the_switch(
    web: Web, admin: Officer, api: httpx.AsyncClient
):
    told = await put(api, "city", status=422, term_from="2026-07-01", term_to="2026-06-30")
    assert told["errors"].keys() == {"term_to"}
    await put(api, "reporting", refusals_are_done=False, footnotes=["시의회 제출용"])
    await put(api, "city", term_title="민선10기", term_from="2026-07-01", term_to="2030-06-30")
    page = (await web.browser(admin).get("/office/reporting")).text
    assert "민선10기" in page
    assert "period=2026-07-01..2030-06-30" in page.replace("%2E", ".")
    assert "시의회 제출용" in page
    assert "불수용·장기검토는 처리완료에 넣지 않습니다." in page


async def test_the_front_door_says_what_the_city_wrote(
    api: httpx.AsyncClient, anyone: Browser, web: Web, admin: Officer
):
    await anyone.get("/")
    await put(
        api, "portal", headline="무엇이 어려우세요?", lead="{기관}이 듣습니다.", footer=["시청로 1"]
    )
    home = (await anyone.get("/")).text
    assert "무엇이 어려우세요?" in home
    assert "{기관}" not in home
    assert "시청로 1" in home
    told = await put(api, "portal", status=422, lead="{시장}이 듣습니다.")
    assert "{시장}" in told["errors"]["lead"]
    # The house's own text comes back.
    desk = web.browser(admin)
    page = (await desk.get("/admin/settings/portal")).text
    assert "기본값과 다른 항목 3개" in page
    shown = await desk.post("/admin/settings/portal/restore", {"field": "headline"})
    assert "이렇게 바뀝니다" in shown.text
    assert 'value="기업의 어려움, 한 번만 말씀하세요."' in shown.text
    nothing = await desk.post("/admin/settings/portal/restore", {"field": "no_such"})
    assert nothing.status_code == 422


async def test_a_logo_is_judged_by_its_bytes_and_can_come_back(
    api: httpx.AsyncClient, anyone: Browser, web: Web, admin: Officer
):
    async def send(content: bytes) -> httpx.Response:
        etag = (await api.get(f"{API}/city")).headers["etag"]
        body = {"content": base64.b64encode(content).decode()}
        return await api.put(f"{API}/city/logo", json=body, headers={"if-match": etag})

    assert (await anyone.get("/logo")).status_code == 404
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for wrong in (svg, b"GIF89a" + bytes(20), png()[:-4], png(201 * 1024)):
        assert (await send(wrong)).status_code == 422
    kept = (await send(png())).json()["values"]["logo"]
    home = (await anyone.get("/")).text
    assert f'src="/logo?v={kept}"' in home
    sent = await anyone.get(f"/logo?v={kept}")
    assert (sent.content, sent.headers["content-type"]) == (png(), "image/png")
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in sent.headers["cache-control"]
    desk = web.browser(admin)
    await desk.get("/admin/settings/city/logo")
    assert (await desk.post("/admin/settings/city/logo/drop")).status_code == 303
    assert "/logo" not in (await anyone.get("/")).text
    past = (await api.get(f"{API}/city/history")).json()["items"]
    etag = (await api.get(f"{API}/city")).headers["etag"]
    headers = {"if-match": etag}
    body = {"change": past[0]["id"]}
    back = await api.post(f"{API}/city/restore", json=body, headers=headers)
    assert back.json()["values"]["logo"] == kept
    assert (await put(api, "city", status=422, logo="nothing"))["errors"].keys() == {"logo"}
    page = await desk.get("/admin/settings/city/logo")
    token = page.text.split('name="_csrf_token" value="')[1].split('"')[0]
    answer = await desk.client.post(
        "/admin/settings/city/logo",
        data={"_csrf_token": token},
        files={"file": ("로고.svg", png(40), "image/svg+xml")},
    )
    assert answer.status_code == 303
    again = await anyone.get("/logo")
    assert (again.content, again.headers["content-type"]) == (png(40), "image/png")


async def test_a_new_prefix_numbers_new_cases_only(api: httpx.AsyncClient):
    old = await first(api)
    seen = await api.post(f"{API}/cases/preview", json={"values": {"number_prefix": "GR"}})
    assert seen.json()["samples"] == [{"title": "다음 접수번호", "text": "GR-2026-000002"}]
    await put(api, "cases", number_prefix="GR")
    assert (await first(api))["case_no"] == "GR-2026-000002"
    assert (await api.get(f"/api/v1/cases/{old['id']}")).json()["case_no"] == old["case_no"]
    # Intake begins with the petition type that was set.
    await put(api, "cases", default_petition_type="HARDSHIP")
    case = await first(api)
    assert (await api.get(f"/api/v1/cases/{case['id']}")).json()["petition_type"] == "HARDSHIP"
    told = await put(api, "cases", status=422, default_petition_type="STATUTORY")
    assert told["errors"].keys() == {"default_petition_type"}


async def test_a_channel_that_is_off_takes_nothing_in(
    api: httpx.AsyncClient, anyone: Browser, web: Web, admin: Officer
):
    await anyone.get("/cases/file")
    filed = await anyone.post("/cases/file", FILING)
    assert filed.status_code == 303
    channels = await stays_on_and_nothing_invented(api)
    closed = {"HOTLINE", "WEB_PORTAL", "MOBILE"}
    changed = [{**line, "active": line["code"] not in closed} for line in channels]
    await put(api, "cases-channels", channels=changed)
    refused = await register(api)
    assert refused.status_code == 422
    assert "channel" in refused.json()["errors"]
    assert (await register(api, channel="CALL_CENTER")).status_code == 201
    intake = (await web.browser(admin).get("/office/cases/new")).text
    assert 'value="CALL_CENTER"' in intake
    assert 'value="HOTLINE"' not in intake
    page = (await anyone.get("/cases/file")).text
    assert "누리집으로 신청을 받지 않습니다" in page
    assert 'name="content"' not in page
    assert (await anyone.post("/cases/file", FILING)).status_code == 409
    waiting = (await api.get("/api/v1/cases/submissions")).json()["items"][0]
    row = {"category": "FUNDS", "content": "도로가 파였습니다"}
    body = {"submission_id": waiting["id"], "rows": [row]}
    assert (await api.post("/api/v1/cases", json=body)).status_code == 201


async def stays_on_and_nothing_invented(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Try to close a channel that visits need, and to add one; return the channels."""
    channels = await lines(api, "cases-channels", "channels")
    off = [{**line, "active": line["code"] != "FIELD_VISIT"} for line in channels]
    told = await put(api, "cases-channels", status=422, channels=off)
    assert "끌 수 없습니다" in next(iter(told["errors"].values()))
    mine = [{"code": "PIGEON", "usual": "비둘기", "label": "비둘기", "active": True}]
    mine += [{**channels[0], "usual": "다른 것", "label": "대표전화"}]
    after = (await put(api, "cases-channels", channels=mine))["values"]["channels"]
    assert [line["code"] for line in after] == [line["code"] for line in channels]
    assert after[0]["label"] == "대표전화"
    assert after[0]["usual"] == channels[0]["usual"]
    return list(after)


async def test_a_shorter_promise_counts_from_today_and_a_longer_one_is_refused(
    api: httpx.AsyncClient,
):
    rows = [{"category": "FUNDS", "content": "불편합니다", "petition_type": "INQUIRY_LAW"}]
    old = await first(api, rows=rows)
    assert due(old) == "11-19 18:00"
    targets = await lines(api, "cases-targets", "targets")

    def with_days(days: int) -> list[dict[str, Any]]:
        return [t | ({"amount": days} if t["code"] == "INQUIRY_LAW" else {}) for t in targets]

    told = await put(api, "cases-targets", status=422, targets=with_days(15))
    assert "법정 기간보다" in next(iter(told["errors"].values()))
    await put(api, "cases-targets", targets=with_days(10))
    assert due(await first(api, rows=rows)) == "11-13 18:00"
    again = (await api.get(f"/api/v1/cases/{old['id']}")).json()
    assert due(again) == due(old)
    await put(api, "cases-targets", targets=with_days(14))
    assert due(await first(api, rows=rows)) == due(old)


async def test_other_working_hours_move_open_cases(api: httpx.AsyncClient, anyone: Browser):
    rows = [{"category": "FUNDS", "content": "바로 답해 주세요", "petition_type": "ETC"}]
    case = await first(api, rows=rows)
    assert due(case) == "11-02 14:00"  # 14:00: three hours around lunch
    for wrong in ({"closes": "17:00"}, {"lunch_from": "13:30"}, {"opens": "9시"}):
        await put(api, "hours", status=422, **wrong)
    later = {"lunch_from": "11:00", "lunch_to": "12:30", "closes": "18:30"}
    seen = (await api.post(f"{API}/hours/preview", json={"values": later})).json()["samples"]
    assert seen[1]["text"].startswith(f"1건\n{case['case_no']}: 2026. 11. 2.(월) 14:00 → ")
    await put(api, "hours", **later)
    moved = (await api.get(f"/api/v1/cases/{case['id']}")).json()
    assert due(moved) == "11-02 14:30"
    assert "평일 09:00–18:30 (11:00–12:30 점심)" in (await anyone.get("/")).text


async def test_mails_say_what_the_city_wrote(
    api: httpx.AsyncClient, drain: Any, monkeypatch: pytest.MonkeyPatch
):
    sent: list[tuple[str, str]] = []

    async def keep(ctx: Any, to: str, subject: str, body: str) -> None:
        del ctx, to
        sent.append((subject, body))

    monkeypatch.setattr(mail, "send", keep)
    told = await put(api, "cases-messages", status=422, answered_body="{접수번호} {금액}원")
    assert "{금액}" in told["errors"]["answered_body"]
    told = await put(api, "cases-messages", status=422, refused_end="안녕히 계세요.")
    assert told["errors"].keys() == {"refused_end"}
    line = "{서비스}입니다. {접수번호}번, {처리예정일}까지 답합니다."
    seen = await api.post(
        f"{API}/cases-messages/preview", json={"values": {"registered_line": line}}
    )
    assert "SOS-2026-000123번" in seen.json()["samples"][0]["text"]
    await put(api, "cases-messages", registered_subject="잘 받았습니다", registered_line=line)
    await first(api, email="caller@example.com")
    await drain()
    subject, body = sent[0]
    assert subject.endswith("잘 받았습니다")
    assert "번, 2026. 11. " in body
    assert "{" not in body
    assert "담당 " in body


async def test_a_further_language_stands_below_the_korean_in_the_same_mail(
    api: httpx.AsyncClient, drain: Any, monkeypatch: pytest.MonkeyPatch, web: Web, admin: Officer
):
    sent: list[tuple[str, str]] = []

    async def keep(ctx: Any, to: str, subject: str, body: str) -> None:
        del ctx, to
        sent.append((subject, body))

    monkeypatch.setattr(mail, "send", keep)
    page = (await web.browser(admin).get("/admin/settings/cases-messages")).text
    for tab in ("en", "zh", "vi"):
        assert f'href="/admin/settings/cases-messages-{tab}"' in page
    told = await put(api, "cases-messages-zh", status=422, on=True, registered_subject="已受理")
    assert "registered_line" in told["errors"]
    assert "registered_subject" not in told["errors"]
    await first(api, email="caller@example.com")
    await drain()
    assert "Your request" not in sent[0][1]
    wrong = await put(api, "cases-messages-en", status=422, on=True, registered_line="Thank you.")
    assert wrong["errors"].keys() == {"registered_line"}
    body = {"values": {"on": True}}
    answer = await api.post(f"{API}/cases-messages-en/preview", json=body)
    assert answer.status_code == 200, answer.text
    seen = answer.json()["samples"]
    assert "we will answer by 2026-11-19" in seen[0]["text"].lower()
    assert "일부수용" in seen[1]["text"]
    assert "partly accepted" in seen[1]["text"]
    await put(api, "cases-messages-en", on=True, answered_subject="Your answer: {결과}")
    place = {"then": "ASSIGN", "lead_unit_id": str(admin.unit_id)}
    case = await first(api, email="caller@example.com", **place)
    given = {"disposition": "NOT_ACCEPTED", "implementation": "NOT_NEEDED", "text": "어렵습니다."}
    for act, more in (("review", {}), ("answer", given)):
        path = f"/api/v1/cases/{case['id']}"
        tag = (await api.get(path)).headers["etag"]
        done = await api.post(f"{path}/{act}", json=more, headers={"if-match": tag})
        assert done.status_code == 200, done.text
    await drain()
    (registered, received), (answered, told_so) = sent[1:3]
    assert registered.endswith("접수되었습니다 / Your request has been received")
    korean, _, english = received.partition("Your request is registered as ")
    assert f"접수번호 {case['case_no']}으로" in korean
    assert english.startswith(case["case_no"])
    assert english.index("officer named below") < english.index("담당 ")
    assert answered.endswith("처리결과(불수용)를 알려드립니다 / Your answer: not accepted")
    assert "60일 안에" in told_so
    assert "within 60 days" in told_so
