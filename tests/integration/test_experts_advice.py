"""AS-08 and the rules of sessions, through the API and the services."""

import asyncio
from datetime import datetime
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from sinmungo import clock
from sinmungo.companies.models import companies
from sinmungo.errors import MissingError, RefusedError, StaleError
from sinmungo.experts import service
from sinmungo.experts.models import advice_requests
from sinmungo.host.models import access_log, events, outbox
from sinmungo.testing.experts import RULE, AdviceScene, made
from sinmungo_tenants import read

API = "/api/v1/experts"
HOME = "/office/experts/advice"


@pytest.fixture(autouse=True)
def _a_working_day():
    with clock.frozen(datetime.fromisoformat("2026-11-02T10:00+09:00")) as now:
        yield now


@pytest_asyncio.fixture(loop_scope="session")
async def city(make_city):
    return await make_city(plugins=("experts",))


@pytest_asyncio.fixture(loop_scope="session")
async def lead(people):
    return await people.officer("LEAD_OFFICER", "INTAKE_OFFICER", name="탁승우")


@pytest_asyncio.fixture(loop_scope="session")
async def boss(people):
    return await people.officer("TEAM_LEADER", name="금나래")


@pytest.fixture
def scene(ctx):
    return AdviceScene(ctx)


def at(version):
    return {"if-match": f'"{version}"'}


async def company_of(runtime, city, name="㈜새봄정밀"):
    async with runtime.work.open(city) as ctx:
        query = select(companies.c.id).where(companies.c.name == name)
        return await ctx.db.one(read(query, UUID))


async def guest(people, runtime, city, expert_id):
    """Return an account of the role EXPERT that is this expert's."""
    account = await people.officer("EXPERT", unit=None, name="남궁가람")
    async with runtime.work.open(city) as ctx:
        version = (await service.expert(ctx, expert_id)).row_version
        await service.link(ctx, expert_id, account.id, version)
    return account


async def views(runtime, city, subject_id, officer_id):
    query = select(func.count()).where(
        access_log.c.subject_id == subject_id,
        access_log.c.officer_id == officer_id,
        access_log.c.act == "VIEW",
    )
    async with runtime.work.open(city) as ctx:
        return await ctx.db.one(read(query, int))


async def test_as08_through_the_api(web, people, runtime, city, lead, boss):
    case_id, ids = await made(
        runtime, city, own={}, rival={"name": "이경쟁"}, tax={"fields": "TAX", "name": "박세무"}
    )
    api, head = web.api(lead), web.api(boss)
    company = await company_of(runtime, city)
    tie = {"kind": "ADVISER_TO_RIVAL", "company_id": str(company), "valid_from": "2025-03-01"}
    tied = await head.post(f"{API}/{ids['rival']}/ties", json=tie, headers=at(1))
    assert tied.status_code == 200, tied.text
    ask = {"case_id": str(case_id), "field": "LABOR", "question": "취업규칙을 어떻게 바꿉니까?"}
    asked = await api.post(f"{API}/advice", json=ask)
    assert asked.status_code == 201, asked.text
    one = f"{API}/advice/{asked.json()['id']}"
    assert asked.json()["no"] == "2026-0001"
    listed = (await api.get(f"{one}/candidates")).json()
    assert [(c["id"], c["excluded"]) for c in listed] == [
        (str(ids["own"]), False),
        (str(ids["rival"]), True),
    ]
    assert any("경쟁사 자문" in text for text in listed[1]["texts"])
    refused = await api.post(f"{one}/match", json={"expert_id": str(ids["rival"])}, headers=at(1))
    assert refused.status_code == 409
    assert (await api.post(f"{one}/match", json={"expert_id": str(ids["own"])})).status_code == 428
    matched = await api.post(f"{one}/match", json={"expert_id": str(ids["own"])}, headers=at(1))
    assert (matched.json()["state"], matched.headers["etag"]) == ("MATCHED", '"2"')
    account = await guest(people, runtime, city, ids["own"])
    theirs = web.api(account)
    mine = f"{API}/desk/{asked.json()['id']}"
    assert [r["no"] for r in (await theirs.get(f"{API}/desk")).json()["items"]] == ["2026-0001"]
    seen = (await theirs.get(mine)).json()
    assert seen["case_content"] == "취업규칙을 바꿔야 합니다"
    assert seen["acts"] == ["decline", "pledge", "plan"]
    unsigned = await theirs.post(f"{mine}/pledge", json={}, headers=at(2))
    assert set(unsigned.json()["errors"]) == {"signed"}
    early = await theirs.post(
        f"{mine}/hold", json={"held_on": "오늘", "hours": "2", "mode": "VISIT"}, headers=at(2)
    )
    assert early.status_code == 409
    await theirs.post(f"{mine}/pledge", json={"signed": True}, headers=at(2))
    held = await theirs.post(
        f"{mine}/hold", json={"held_on": "오늘", "hours": "2", "mode": "VISIT"}, headers=at(3)
    )
    assert held.json()["state"] == "HELD"
    reported = await theirs.post(f"{mine}/report", json={"report": "안내함"}, headers=at(4))
    assert reported.json()["state"] == "REPORTED"
    assert (await api.get(f"{one}/due")).json()["fee"] == 300_000
    assert (await api.post(f"{one}/pay", json={"fee": 300_000}, headers=at(5))).status_code == 403
    wrong = await head.post(f"{one}/pay", json={"fee": 1}, headers=at(5))
    assert wrong.status_code == 409
    paid = await head.post(f"{one}/pay", json={"fee": 300_000}, headers=at(5))
    assert paid.json()["state"] == "PAID"
    assert (await api.post(f"{one}/rating", json={"score": 5})).status_code == 201
    assert (await api.post(f"{one}/rating", json={"score": 4})).status_code == 409
    done = (await api.get(one)).json()
    assert (done["fee"], done["score"], done["report_due"]) == (300_000, 5, "2026-11-09")
    await _payments(web.api(await people.officer("TEAM_LEADER")), api, ids["own"])


async def _payments(payer, other, expert_id):
    """지급명세 names the account of the city's bank; masked unless asked openly."""
    account = {"bank": "농협은행", "account": "110-222-333444", "holder": "남궁가람"}
    path = f"{API}/{expert_id}/tax"
    kept = await payer.put(path, json={"income": "OTHER", **account}, headers=at(0))
    assert kept.status_code == 200, kept.text
    ask = {"year": 2026, "reason": "11월 지급", "kind": "csv"}
    assert (await other.post(f"{API}/payments", json=ask)).status_code == 403
    masked = (await payer.post(f"{API}/payments", json=ask)).text
    line = next(row for row in masked.splitlines() if row.startswith("2026-0001"))
    assert "기타소득,농협은행,1*************,남**람,300000" in line
    opened = (await payer.post(f"{API}/payments", json=ask | {"opened": True})).text
    assert "농협은행,110-222-333444,남궁가람,300000" in opened


async def test_an_expert_sees_the_own_session_and_no_other(web, people, runtime, city, lead):
    case_id, ids = await made(runtime, city, own={}, other={"name": "이다른"})
    async with runtime.work.open(city) as ctx:
        scene = AdviceScene(ctx)
        own = await scene.asked(case_id)
        await service.match(ctx, own.id, ids["own"], 1)
        foreign_case = await scene.case("㈜다른정밀", "다른 회사의 사정")
        foreign = await scene.asked(foreign_case)
        await service.match(ctx, foreign.id, ids["other"], 1)
    account = await guest(people, runtime, city, ids["own"])
    api, browser = web.api(account), web.browser(account)
    desk = (await browser.get("/office/experts/desk")).text
    assert "㈜새봄정밀" in desk
    assert "㈜다른정밀" not in desk
    for path in (f"/office/experts/desk/{own.id}",):
        page = await browser.get(path)
        assert page.status_code == 200
        assert "취업규칙을 바꿔야 합니다" in page.text
    assert (await browser.get(f"/office/experts/desk/{foreign.id}")).status_code == 404
    assert (await api.get(f"{API}/desk/{foreign.id}")).status_code == 404
    acts = {"decline": {"reason": "BUSY"}, "pledge": {"signed": True}, "report": {"report": "x"}}
    for act, body in acts.items():
        answer = await api.post(f"{API}/desk/{foreign.id}/{act}", json=body, headers=at(2))
        assert answer.status_code == 404, act
    for path in (
        f"/api/v1/cases/{case_id}",
        f"{API}/advice",
        f"{API}/advice/{own.id}",
        API,
        "/api/v1/companies",
        "/api/v1/people/officers",
    ):
        assert (await api.get(path)).status_code == 403, path
    for path in (f"/office/cases/{foreign_case}", f"/office/experts/of-case/{case_id}", HOME):
        assert (await browser.get(path)).status_code == 403, path
    await web.api(lead).get(f"{API}/advice/{own.id}")
    assert await views(runtime, city, own.id, account.id) == 1
    assert await views(runtime, city, case_id, account.id) == 1
    assert await views(runtime, city, own.id, lead.id) == 1


async def test_other_units_do_not_see_a_request(web, people, runtime, city, lead, boss):
    await made(runtime, city)
    browser = web.browser(lead)
    async with runtime.work.open(city) as ctx:
        case_id = await AdviceScene(ctx).case()
    form = {"case": str(case_id), "field": "LABOR", "question": "묻습니다"}
    await browser.get(f"{HOME}/new?case={case_id}")
    asked = await browser.post(f"{HOME}/new", form)
    path = asked.headers["location"]
    stranger = await people.officer("LEAD_OFFICER", unit="도로과")
    assert (await web.browser(stranger).get(path)).status_code == 404
    assert "묻습니다" not in (await web.browser(stranger).get(HOME)).text
    assert (await web.browser(boss).get(path)).status_code == 200
    panel = await browser.get(f"/office/experts/of-case/{case_id}", headers={"hx-request": "true"})
    assert "2026-0001" in panel.text
    assert f"{HOME}/new?case={case_id}" in panel.text


async def test_asking_is_refused_where_it_makes_no_sense(scene):
    case_id = await scene.case()
    with pytest.raises(MissingError):
        await scene.asked(UUID(int=7))
    first = await scene.asked(case_id)
    with pytest.raises(RefusedError, match=first.no):
        await scene.asked(case_id)
    second = await scene.asked(case_id, "TAX")
    assert (first.no, second.no) == ("2026-0001", "2026-0002")
    await service.cancel(scene.ctx, first.id, "기업이 사양함", 1)
    assert (await scene.asked(case_id)).no == "2026-0003"


async def test_a_tie_told_by_the_expert_is_kept_and_works_everywhere(scene):
    await scene.rule()
    expert_id, other = await scene.expert(), await scene.expert(name="이다른", affiliation="나")
    case_id = await scene.case()
    done = await scene.asked(case_id)
    done = await service.match(scene.ctx, done.id, expert_id, done.row_version)
    done = await service.decline(scene.ctx, done.id, "RELATIVE", done.row_version)
    assert done.state == "REQUESTED"
    (tie,) = await service.list_ties(scene.ctx, expert_id)
    assert (tie.kind, tie.whom) == ("RELATIVE", "㈜새봄정밀")
    again = await scene.asked(case_id, "TAX")
    for request in (done, again):
        listed = await service.candidates(scene.ctx, request.id, any_field=True)
        free = {c.id: not c.assessment.excluded for c in listed}
        assert free == {expert_id: False, other: True}
    with pytest.raises(RefusedError, match="친족"):
        await service.match(scene.ctx, again.id, expert_id, again.row_version)


async def test_a_tie_found_after_matching_stops_the_pledge(scene):
    await scene.rule()
    expert_id = await scene.expert()
    done = await scene.asked(await scene.case())
    done = await service.match(scene.ctx, done.id, expert_id, done.row_version)
    tie = service.NewTie(kind="STAKE", business="(주) 새봄정밀")
    await service.add_tie(scene.ctx, expert_id, tie, 1)
    with pytest.raises(RefusedError, match="지분"):
        await service.pledge(scene.ctx, done.id, done.row_version, paper_on="오늘")


async def test_one_of_the_same_firm_is_never_offered(scene):
    expert_id = await scene.expert(affiliation="새봄정밀 주식회사")
    done = await scene.asked(await scene.case("㈜새봄정밀"))
    (found,) = await service.candidates(scene.ctx, done.id)
    assert found.id == expert_id
    assert found.assessment.excluded


async def test_the_less_busy_and_better_rated_come_first(scene):
    await scene.rule()
    busy, free = await scene.expert(affiliation="가"), await scene.expert(affiliation="나")
    for name in ("㈜하나", "㈜둘", "㈜셋"):
        done = await scene.asked(await scene.case(name))
        await service.match(scene.ctx, done.id, busy, done.row_version)
    done = await scene.asked(await scene.case())
    listed = await service.candidates(scene.ctx, done.id)
    assert [c.id for c in listed] == [free, busy]
    assert "이달 1건까지 더 맡을 수 있습니다 (지금 3건)" in [
        r.text for r in listed[1].assessment.reasons
    ]


async def test_acts_out_of_order_or_on_an_old_version_are_refused(scene):
    await scene.rule()
    expert_id = await scene.expert()
    done = await scene.asked(await scene.case())
    session = service.Session(held_on="오늘", hours="2", mode="VISIT")
    with pytest.raises(RefusedError):
        await service.hold(scene.ctx, done.id, session, done.row_version)
    with pytest.raises(RefusedError):
        await service.approve(scene.ctx, done.id, 0, done.row_version)
    await service.match(scene.ctx, done.id, expert_id, 1)
    with pytest.raises(StaleError):
        await service.match(scene.ctx, done.id, expert_id, 1)


async def test_a_session_without_a_rule_of_fees_waits_for_one(scene):
    expert_id, case_id = await scene.expert(), await scene.case()
    with pytest.raises(RefusedError, match="기준"):
        await scene.reported(expert_id, case_id)


async def test_late_reports_are_listed_and_reminded(
    web, people, lead, runtime, city, drain, data_folder
):
    case_id, ids = await made(runtime, city, own={})
    async with runtime.work.open(city) as ctx:
        scene = AdviceScene(ctx)
        done = await scene.asked(case_id)
        done = await service.match(ctx, done.id, ids["own"], done.row_version)
        done = await service.pledge(ctx, done.id, done.row_version, paper_on="오늘")
        session = service.Session(held_on="오늘", hours="1.5", mode="PHONE")
        await service.hold(ctx, done.id, session, done.row_version)
        due = await ctx.db.all(
            read(
                select(outbox.c.due_at).where(outbox.c.kind == "experts.report_reminder"), datetime
            )
        )
    assert sorted(clock.to_seoul(d).strftime("%m-%d %H:%M") for d in due) == [
        "11-09 09:00", "11-10 09:00",
    ]  # fmt: skip
    folder = data_folder / "mail"
    with clock.frozen(datetime.fromisoformat("2026-11-09T09:30+09:00")):
        before = set(folder.glob("*")) if folder.is_dir() else set()
        assert await drain() >= 1
        mails = [f.read_bytes() for f in set(folder.glob("*")) - before]
        assert any(b"garam@example.com" in m for m in mails)
        assert (await web.api(lead).get(f"{API}/advice?late=true")).json()["items"] == []
    with clock.frozen(datetime.fromisoformat("2026-11-10T09:30+09:00")):
        late = (await web.api(lead).get(f"{API}/advice?late=true")).json()["items"]
        assert [r["no"] for r in late] == ["2026-0001"]
        now = await people.officer("INTAKE_OFFICER")
        assert "보고 늦음" in (await web.browser(now).get(f"{HOME}?view=LATE")).text


async def fees_of(runtime, city):
    query = select(func.coalesce(func.sum(advice_requests.c.fee), 0))
    async with runtime.work.open(city) as ctx:
        return await ctx.db.one(read(query, int))


@pytest.mark.parametrize("who", ["company", "expert"])
async def test_two_approvals_at_once_never_pass_a_cap(runtime, city, who):
    caps = {"company_cap": "400,000", "expert_cap": "9,000,000"}
    if who == "expert":
        caps = {"company_cap": "9,000,000", "expert_cap": "400,000"}
    async with runtime.work.open(city) as ctx:
        scene = AdviceScene(ctx)
        await scene.rule(**caps)
        one, two = await scene.expert(), await scene.expert(name="이다른")
        pairs = {"company": ((one, "㈜새봄정밀"), (two, "㈜새봄정밀")),
                 "expert": ((one, "㈜하나"), (one, "㈜둘"))}[who]  # fmt: skip
        sessions = [
            await scene.reported(expert, await scene.case(name, f"사정 {n}"))
            for n, (expert, name) in enumerate(pairs)
        ]

    async def approve(done):
        async with runtime.work.open(city) as ctx:
            return await service.approve(ctx, done.id, 300_000, done.row_version)

    results = await asyncio.gather(*map(approve, sessions), return_exceptions=True)
    assert sum(isinstance(r, RefusedError) for r in results) == 1
    assert await fees_of(runtime, city) == 300_000
    (left,) = [s for s, r in zip(sessions, results, strict=True) if isinstance(r, RefusedError)]
    async with runtime.work.open(city) as ctx:
        due = await service.due(ctx, left.id)
        assert (due.full, due.fee) == (300_000, 100_000)
        await service.approve(ctx, left.id, 100_000, left.row_version)
    assert await fees_of(runtime, city) == 400_000


async def test_a_fee_follows_the_rule_of_its_day(scene):
    await scene.rule(valid_from="2026-01-01", hourly="100,000")
    await scene.rule(valid_from="2026-11-02", hourly="15만원")
    await scene.rule(valid_from="2026-12-01", hourly="900,000")
    done = await scene.reported(await scene.expert(), await scene.case(), "1.5")
    assert (await service.due(scene.ctx, done.id)).full == 225_000


async def test_rules_are_checked_and_listed_for_the_admin(web, people):
    admin = await people.officer("TENANT_ADMIN")
    browser = web.browser(admin)
    await browser.get("/admin/experts")
    wrong = await browser.post("/admin/experts", {"hourly": "많이", "valid_from": "2026-12-01"})
    assert wrong.status_code == 422
    assert 'value="많이"' in wrong.text
    seen = await browser.post("/admin/experts", RULE)
    assert "이렇게 바뀝니다" in seen.text
    assert "150,000원" in seen.text
    assert "정한 기준이 없습니다" in (await browser.get("/admin/experts")).text
    rule = {**RULE, "_act": "save"}
    assert (await browser.post("/admin/experts", rule)).status_code == 303
    twice = await browser.post("/admin/experts", rule)
    assert "이미 있습니다" in twice.text
    page = (await browser.get("/admin/experts")).text
    assert "150,000" in page
    assert "김철수 주무관" in page
    # A rule that is still to come may be mended; an old one comes back as a new one.
    coming = {**rule, "valid_from": "2099-01-01", "hourly": "1,500,000"}
    assert (await browser.post("/admin/experts", coming)).status_code == 303
    mended = {**coming, "hourly": "160,000"}
    seen = await browser.post("/admin/experts", {**mended, "_act": "preview"})
    assert "예정된 기준을 이렇게 고칩니다" in seen.text
    assert "1,500,000원" in seen.text
    assert (await browser.post("/admin/experts", mended)).status_code == 303
    page = (await browser.get("/admin/experts")).text
    assert "1,500,000" not in page
    old = page.rpartition("?again=")[2].partition("#")[0]
    again = (await browser.get(f"/admin/experts?again={old}")).text
    assert 'name="hourly" value="150,000"' in again


async def test_a_company_rates_once_by_its_link(web, lead, runtime, city):
    async with runtime.work.open(city) as ctx:
        scene = AdviceScene(ctx)
        await scene.rule()
        done = await scene.reported(await scene.expert(), await scene.case())
    browser = web.browser(lead)
    await browser.get(f"{HOME}/{done.id}")
    shown = (await browser.post(f"{HOME}/{done.id}/link")).text
    path = shown.split("<code>")[1].split("<")[0].split(web.host)[1]
    company = web.anyone()
    page = (await company.get(path)).text
    assert "2026-0001" in page
    assert "남궁" not in page
    empty = await company.post(path, {"comment": "좋았습니다"})
    assert empty.status_code == 422
    assert "좋았습니다" in empty.text
    thanks = await company.post(path, {"score": "4", "comment": "좋았습니다"})
    assert "고맙습니다" in thanks.text
    assert (await company.get(path)).status_code == 404
    assert (await company.post(path, {"score": "1"})).status_code == 404
    token = path.rsplit("/", 1)[1]
    again = await web.api().post(f"{API}/ratings", json={"token": token, "score": 1})
    assert again.status_code == 404
    assert (await web.api(lead).get(f"{API}/advice/{done.id}")).json()["score"] == 4


async def test_low_ratings_twice_ask_for_a_decision(scene):
    await scene.rule()
    expert_id = await scene.expert()
    for number, score in enumerate((2, 5, 1)):
        done = await scene.reported(expert_id, await scene.case(f"㈜업체{number}"))
        await service.rate(scene.ctx, done.id, score, "")
        flagged = await service.to_review(scene.ctx)
        assert bool(flagged) == (number == 2)
    version = (await service.expert(scene.ctx, expert_id)).row_version
    await service.review(scene.ctx, expert_id, "KEEP", version)
    assert await service.to_review(scene.ctx) == []
    with clock.frozen(datetime.fromisoformat("2026-11-03T10:00+09:00")):
        done = await scene.reported(expert_id, await scene.case("㈜다음"))
        await service.rate(scene.ctx, done.id, 1, "")
    assert await service.to_review(scene.ctx) == []  # one since the decision


async def test_events_hold_ids_and_codes_only(scene):
    await scene.rule()
    done = await scene.reported(await scene.expert(), await scene.case())
    await service.rate(scene.ctx, done.id, 3, "비밀스러운 말")
    query = select(events.c.payload).where(events.c.subject_id == done.id)
    payloads = await scene.ctx.db.all(read(query, dict))
    assert len(payloads) == 6
    text = str(payloads)
    for word in ("남궁", "garam", "비밀", "취업규칙", "이렇게", "새봄"):
        assert word not in text


async def test_the_figures_of_a_year_add_up(scene):
    await scene.rule()
    labour = await scene.expert()
    await scene.expert(name="박세무", fields="TAX,LABOR")
    one = await scene.reported(labour, await scene.case("㈜하나"), "2")
    await scene.reported(labour, await scene.case("㈜둘"), "1.5")
    await service.approve(scene.ctx, one.id, 300_000, one.row_version)
    await service.rate(scene.ctx, one.id, 4, "")
    await scene.asked(await scene.case("㈜셋"))
    year = await service.yearly(scene.ctx, 2026)
    assert (year.experts, year.sessions, year.companies, year.minutes) == (2, 2, 2, 210)
    assert (year.fees, year.waiting, year.unrated, year.rating) == (300_000, 1, 1, 4.0)
    by_field = {f.code: (f.experts, f.sessions, f.fees) for f in year.fields}
    assert by_field["LABOR"] == (2, 2, 300_000)
    assert by_field["TAX"] == (1, 0, 0)
    assert sum(f.sessions for f in year.fields) == year.sessions
    assert sum(year.ratings.values()) + year.unrated == year.sessions
    assert (await service.yearly(scene.ctx, 2025)).sessions == 0
