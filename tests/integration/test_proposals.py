"""건의과제: proposed upstream, answered at once, replied to later; a wait all the while."""

import io
import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from sinmungo import clock
from sinmungo.agencies.service import get_or_add
from sinmungo.app import Runtime
from sinmungo.cases import jobs, service
from sinmungo.cases.submission_types import Filing
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.errors import InvalidError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.people.service import list_units
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

AT = datetime.fromisoformat("2026-11-02T10:00:00+09:00")
LATER = datetime.fromisoformat("2026-11-20T10:00:00+09:00")
GIST = "산업단지 안 편의시설 면적 제한을 풀어 달라"
PAGE = "/office/cases/proposals"
API = "/api/v1/cases/proposals"


@pytest.fixture
async def ministry(runtime: Runtime, city: Tenant) -> UUID:
    async with runtime.work.open(city) as ctx:
        return await get_or_add(ctx, "산업통상자원부", "MINISTRY")


@pytest.fixture
async def head(people: People) -> Officer:
    return await people.officer("DIVISION_HEAD", "INTAKE_OFFICER", name="정과장")


async def _case(runtime: Runtime, city: Tenant, then: Any = "ASSIGN", **more: Any) -> UUID:
    row = IntakeRow(category="REGULATION", content="식당을 더 지을 수 없습니다.")
    async with runtime.work.open(city) as ctx:
        unit = next(u for u in await list_units(ctx) if u.name == "기업지원과")
        given_ = {"company_name": "㈜가온정밀", "lead_unit_id": unit.id, "rows": [row], **more}
        made = await service.register(ctx, Intake(then=then, **given_))
    return made[0].id


async def test_proposed_answered_and_replied(
    web: Web, runtime: Runtime, city: Tenant, head: Officer, ministry: UUID
):
    api = web.api(head)
    with clock.frozen(AT):
        case = await _case(runtime, city)
        body = {"agency_id": str(ministry), "gist": GIST, "answer": "건의하였습니다."}
        path = f"/api/v1/cases/{case}/proposals"
        made = await api.post(path, json=body, headers={"if-match": '"2"'})
        assert made.status_code == 201, made.text
        again = await api.post(path, json=body, headers={"if-match": '"2"'})
        assert again.status_code == 412
        shown = (await api.get(f"/api/v1/cases/{case}")).json()
    assert (made.json()["status"], made.json()["row_version"]) == ("ANSWERED", 4)
    assert shown["disposition"] == "SYSTEM_CHANGE_PROPOSED"
    assert (shown["answer"], shown["implementation"]) == ("건의하였습니다.", "IN_PROGRESS")
    assert shown["waits"] == ["EXTERNAL_WAIT"]
    proposal = f"{API}/{made.json()['proposal_id']}"
    with clock.frozen(LATER):
        reply = {"outcome": "PARTIALLY_ACCEPTED", "reply": "면적을 두 배로 늘리겠음"}
        missing = await api.post(f"{proposal}/reply", json=reply)
        done = await api.post(f"{proposal}/reply", json=reply, headers={"if-match": '"1"'})
        after = (await api.get(f"/api/v1/cases/{case}")).json()
        history = (await api.get(f"/api/v1/cases/{case}/events")).json()["items"]
    assert missing.status_code == 428
    assert (done.status_code, done.json()["state"]) == (200, "REPLIED")
    assert (done.json()["replied_on"], done.headers["etag"]) == ("2026-11-20", '"2"')
    assert (after["status"], after["waits"]) == ("ANSWERED", [])
    assert [(h["seq"], h["title"]) for h in history] == [
        *((1, "접수"), (2, "배정"), (3, "상급·중앙 건의"), (4, "답변"), (5, "건의 회신"))
    ]
    assert history[2]["details"] == f"산업통상자원부\n{GIST}"
    assert history[4]["details"] == "산업통상자원부 일부수용\n면적을 두 배로 늘리겠음"


async def test_two_agencies_are_two_waits(ctx: Ctx, people: People):
    unit = await people.unit()
    first = await get_or_add(ctx, "산업통상자원부", "MINISTRY")
    second = await get_or_add(ctx, "중소기업 옴부즈만", "OMBUDSMAN")
    row = IntakeRow(category="REGULATION", content="내용")
    made = await service.register(
        ctx, Intake(company_name="가온", then="ASSIGN", lead_unit_id=unit, rows=[row])
    )
    case, today = made[0].id, clock.today()
    one = await service.propose(ctx, case, first, GIST, today, 2)
    two = await service.propose(ctx, case, second, GIST, today, 3, due_on=today)
    assert (one.row_version, two.row_version, two.status) == (3, 4, "ASSIGNED")
    await service.reply_proposal(ctx, one.proposal_id, "ACCEPTED", "하겠음", today, 1)
    assert (await service.detail(ctx, case)).waits == ["EXTERNAL_WAIT"]
    with pytest.raises(InvalidError):
        await service.close_proposal(ctx, two.proposal_id, " ", 1)
    await service.close_proposal(ctx, two.proposal_id, "다른 기관이 받아들임", 1)
    assert (await service.detail(ctx, case)).waits == []
    states = [p.state for p in await service.proposals_of(ctx, case)]
    assert states == ["REPLIED", "CLOSED"]


async def test_flags_on_desk_case_and_search(
    web: Web, runtime: Runtime, city: Tenant, head: Officer, ministry: UUID
):
    browser, api = web.browser(head), web.api(head)
    with clock.frozen(AT):
        case, other = await _case(runtime, city), await _case(runtime, city)
        page = (await browser.get(f"/office/cases/{case}")).text
        version = re.search(r'name="row_version" value="(\d+)"', page)
        assert version
        assert "산업통상자원부" in page
        typed = {"row_version": version[1], "agency_id": str(ministry), "gist": GIST, "answer": ""}
        wrong = await browser.post(
            f"/office/cases/{case}/propose", typed | {"agency_id": "", "proposed_on": "13.45"}
        )
        done = await browser.post(f"/office/cases/{case}/propose", typed | {"due_on": "12.1"})
        desk = (await browser.get("/office/cases?view=ALL")).text
        shown = (await browser.get(f"/office/cases/{case}")).text
        rows = (await api.get("/api/v1/cases?view=ALL")).json()["items"]
        found = (await api.post("/api/v1/cases/search", json={"wait": "EXTERNAL_WAIT"})).json()
    assert wrong.status_code == 422
    assert "f-agency_id-error" in wrong.text
    assert "f-proposed_on-error" in wrong.text
    assert GIST in wrong.text
    assert done.status_code == 303
    assert desk.count("상급·중앙 건의 중") == 1
    assert "상급·중앙 건의 중" in shown
    assert GIST in shown
    assert {r["id"]: r["waits"] for r in rows} == {str(case): ["EXTERNAL_WAIT"], str(other): []}
    assert [r["id"] for r in found["rows"]] == [str(case)]


async def test_the_ledger_its_filters_and_its_file(
    web: Web, runtime: Runtime, city: Tenant, head: Officer, ministry: UUID
):
    browser = web.browser(head)
    with clock.frozen(AT):
        async with runtime.work.open(city) as ctx:
            bank = await get_or_add(ctx, "한국은행", "BANK")
        cases = [await _case(runtime, city) for _ in range(3)]
        for case, agency, day in zip(cases, (ministry, ministry, bank), (2, 1, 2), strict=True):
            async with runtime.work.open(city) as ctx:
                made = await service.propose(ctx, case, agency, GIST, date(2026, 11, day), 2)
        async with runtime.work.open(city) as ctx:
            await service.reply_proposal(
                ctx, made.proposal_id, "NOT_ACCEPTED", "어려움", date(2026, 11, 2), 1
            )
        everything = (await browser.get(PAGE)).text
        of_ministry = (await browser.get(f"{PAGE}?agency_id={ministry}&state=OPEN")).text
        of_day = (await browser.get(f"{PAGE}?proposed_to=11.1")).text
        wrong = await browser.get(f"{PAGE}?proposed_to=99.99")
        file = await browser.get(f"{PAGE}/list.xlsx?agency_id={ministry}")
        listed = (await web.api(head).get(f"{API}?state=REPLIED")).json()
    numbers = re.compile(r"TS-2026-\d{6}")
    assert len(set(numbers.findall(everything))) == 3
    assert len(set(numbers.findall(of_ministry))) == 2
    assert set(numbers.findall(of_day)) == {"TS-2026-000002"}
    assert wrong.status_code == 422
    assert [p["agency_name"] for p in listed["rows"]] == ["한국은행"]
    assert listed["counts"] == {"OPEN": 2, "REPLIED": 1, "CLOSED": 0}
    sheet = load_workbook(io.BytesIO(file.content)).active
    assert sheet is not None
    lines = list(sheet.iter_rows(min_row=5, max_row=6, values_only=True))
    assert [line[6] for line in lines] == ["TS-2026-000001", "TS-2026-000002"]
    assert lines[0][1] == datetime(2026, 11, 2)  # noqa: DTZ001 - a day in a sheet has no zone
    assert {str(r) for r in sheet.merged_cells.ranges} >= {"B3:E3", "F3:H3", "I3:L3"}


async def test_reply_and_close_on_its_page(
    web: Web, runtime: Runtime, city: Tenant, head: Officer, ministry: UUID
):
    browser = web.browser(head)
    with clock.frozen(AT):
        case = await _case(runtime, city)
        async with runtime.work.open(city) as ctx:
            made = await service.propose(ctx, case, ministry, GIST, date(2026, 11, 2), 2)
        path = f"{PAGE}/{made.proposal_id}"
        await browser.get(path)
        typed = {"row_version": "1", "outcome": "", "reply": "검토하겠음", "replied_on": "11.1"}
        wrong = await browser.post(f"{path}/reply", typed)
        done = await browser.post(
            f"{path}/reply", {**typed, "outcome": "ACCEPTED", "replied_on": ""}
        )
        stale = await browser.post(f"{path}/close", {"row_version": "1", "reason": ""})
        closed = await browser.post(f"{path}/close", {"row_version": "2", "reason": ""})
        page = (await browser.get(path)).text
    assert wrong.status_code == 422
    assert "검토하겠음</textarea>" in wrong.text
    assert (done.status_code, stale.status_code, closed.status_code) == (303, 412, 303)
    assert "검토하겠음" in page
    assert "<form" not in page.split('id="main"')[1]


async def test_the_company_sees_it_and_is_told(
    web: Web,
    runtime: Runtime,
    city: Tenant,
    ministry: UUID,
    monkeypatch: pytest.MonkeyPatch,
):
    sent: list[tuple[str, str, str]] = []

    async def send(_: Ctx, to: str, subject: str, text: str) -> None:
        sent.append((to, subject, text))

    monkeypatch.setattr(jobs.mail, "send", send)
    with clock.frozen(AT):
        filing = Filing(
            company_name="가온정밀",
            caller="한서윤",
            phone="010-2345-6789",
            email="caller@example.com",
            category="REGULATION",
            content="식당을 더 지을 수 없습니다.",
            consent=True,
        )
        async with runtime.work.open(city) as ctx:
            receipt = await service.file(ctx, filing)
            waiting = await service.list_waiting(ctx)
        case = await _case(runtime, city, submission_id=waiting[0].id, rows=[])
        async with runtime.work.open(city) as ctx:
            made = await service.propose(
                ctx, case, ministry, GIST, clock.today(), 2, answer="건의하였습니다."
            )
        asked = {"receipt_no": receipt.receipt_no, "code": receipt.code}
        before = (await web.api().post("/api/v1/cases/submissions/follow", json=asked)).json()
        async with runtime.work.open(city) as ctx:
            await service.reply_proposal(
                ctx, made.proposal_id, "ACCEPTED", "고치겠음", clock.today(), 1
            )
            await jobs.proposal_reply_mail(ctx, case)
        after = (await web.api().post("/api/v1/cases/submissions/follow", json=asked)).json()
    assert before["cases"][0]["answer"] == "건의하였습니다."
    assert [(p["agency_name"], p["reply"]) for p in before["cases"][0]["proposals"]] == [
        ("산업통상자원부", None)
    ]
    assert after["cases"][0]["proposals"][0]["reply"] == "고치겠음"
    [(to, subject, text)] = sent
    assert to == "caller@example.com"
    assert "회신" in subject
    assert "고치겠음" not in text
    assert "담당" in text


async def test_reports_count_proposals_by_agency(
    web: Web, runtime: Runtime, city: Tenant, head: Officer, ministry: UUID
):
    with clock.frozen(AT):
        for _ in range(2):
            case = await _case(runtime, city)
            async with runtime.work.open(city) as ctx:
                await service.propose(ctx, case, ministry, GIST, date(2026, 11, 2), 2)
        table = (await web.api(head).get("/api/v1/reporting/proposals")).json()
    lines = {
        line["title"]: {c["column"]: c.get("value") for c in line["cells"]}
        for line in table["lines"]
    }
    assert lines["산업통상자원부"]["proposed"] == 2
    assert lines["산업통상자원부"]["waiting"] == 2
    assert table["unit"] == "건"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"gist": " "}, "gist"),
        ({"gist": "800101-1234567"}, "gist"),
        ({"agency_id": UUID(int=7)}, "agency_id"),
        ({"proposed_on": date(2026, 11, 3)}, "proposed_on"),
        ({"proposed_on": date(2024, 11, 3)}, "proposed_on"),
        ({"due_on": date(2026, 11, 1)}, "due_on"),
    ],
)
async def test_what_cannot_be_proposed(
    runtime: Runtime, city: Tenant, ministry: UUID, changes: dict[str, Any], field: str
):
    with clock.frozen(AT):
        case = await _case(runtime, city)
        given_ = {
            "agency_id": ministry,
            "gist": GIST,
            "proposed_on": date(2026, 11, 2),
            "row_version": 2,
            **changes,
        }
        async with runtime.work.open(city) as ctx:
            with pytest.raises(InvalidError) as refused:
                await service.propose(ctx, case, **given_)
    assert refused.value.errors.keys() == {field}


async def test_closed_cases_and_answered_ones(runtime: Runtime, city: Tenant, ministry: UUID):
    with clock.frozen(AT):
        closed = await _case(runtime, city, "CLOSE", answer="안내함")
        new = await _case(runtime, city, "REGISTER")
        async with runtime.work.open(city) as ctx:
            today = clock.today()
            with pytest.raises(RefusedError):
                await service.propose(ctx, closed, ministry, GIST, today, 3)
            with pytest.raises(InvalidError) as refused:
                await service.propose(ctx, new, ministry, GIST, today, 1, answer="답")
            assert refused.value.errors.keys() == {"answer"}
            await service.propose(ctx, new, ministry, GIST, today, 1)


async def test_a_proposal_is_seen_where_its_case_is(
    web: Web, runtime: Runtime, city: Tenant, people: People, ministry: UUID
):
    case = await _case(runtime, city)
    async with runtime.work.open(city) as ctx:
        made = await service.propose(ctx, case, ministry, GIST, clock.today(), 2)
    stranger = web.browser(await people.officer("LEAD_OFFICER", unit="도로과"))
    assert (await stranger.get(f"{PAGE}/{made.proposal_id}")).status_code == 404
    assert GIST not in (await stranger.get(PAGE)).text
    posted = await stranger.post(f"{PAGE}/{made.proposal_id}/reply", {"row_version": "1"})
    assert posted.status_code == 404
    auditor = web.browser(await people.officer("AUDITOR"))
    assert (await auditor.get(f"{PAGE}/{made.proposal_id}")).status_code == 200
    assert (await auditor.post(f"{PAGE}/{made.proposal_id}/reply", {})).status_code == 403


_ACTS = st.lists(
    st.tuples(st.sampled_from(("reply", "close")), st.integers(0, 2), st.booleans()), max_size=8
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=_ACTS)
async def test_a_case_waits_as_long_as_a_proposal_is_open(
    runtime: Runtime, city: Tenant, ministry: UUID, acts: list[tuple[str, int, bool]]
):
    case = await _case(runtime, city)
    today = clock.today()
    async with runtime.work.open(city) as ctx:
        ids = [
            (await service.propose(ctx, case, ministry, GIST, today, 2 + n)).proposal_id
            for n in range(3)
        ]
    states, versions = ["OPEN"] * 3, [1] * 3
    for act, n, right in acts:
        wanted = {("reply", "OPEN"): "REPLIED", ("close", "OPEN"): "CLOSED"}
        wanted |= {("close", "REPLIED"): "CLOSED"}
        target = wanted.get((act, states[n]))
        version = versions[n] if right else versions[n] + 1
        try:
            async with runtime.work.open(city) as ctx:
                if act == "reply":
                    row = await service.reply_proposal(
                        ctx, ids[n], "ACCEPTED", "답", today, version
                    )
                else:
                    row = await service.close_proposal(ctx, ids[n], "끝", version)
            assert row.state == target
            states[n], versions[n] = row.state, row.row_version
        except StaleError:
            assert not right
        except RefusedError:
            assert target is None
    async with runtime.work.open(city) as ctx:
        shown = await service.detail(ctx, case)
        history = await service.timeline(ctx, case)
    assert bool(shown.waits) == ("OPEN" in states)
    assert [h.seq for h in history] == list(range(1, shown.row_version + 1))
