"""합동 방문단 (AS-06, J1): the page, the API and the file reproduce the figures from rows."""

import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from sinmungo.sdk import clock, get_or_add_agency, visits
from sinmungo_daegu.delegation import service
from sinmungo_daegu.delegation.demo import COMPANIES_2020, COMPANIES_2021, demo
from sinmungo_daegu.delegation.story import ROUNDS, TRADES

HOME = "/office/daegu/delegation"
API = "/api/v1/daegu/delegation"
SHARES = {"on_site": "49.1", "review": "37.7", "proposed": "13.2", "unclassed": "0.0"}


@pytest.fixture
async def told(runtime: Any, city: Any, people: Any) -> None:
    """The story of those days, by an officer who worked there then."""
    with clock.frozen(clock.at(date(2020, 1, 1), "00:00")):
        await people.officer("INTAKE_OFFICER", "LEAD_OFFICER", name="고은별")
    async with runtime.work.open(city) as ctx:
        await demo(ctx, {})


async def test_the_story_gives_the_figures_of_the_seed(runtime: Any, city: Any, told: None):
    del told
    async with runtime.work.open(city) as ctx:
        found = await service.delegation(ctx, service.Asked(last=date(2021, 6, 30)))
        assert service.equation(found) == "53 = 26 + 20 + 7"
        assert {g.code: str(g.share) for g in found.groups} == SHARES
        assert [r.number for r in found.rounds] == list(range(1, 18))
        assert (
            found.rounds[0].visit.visited_on.month,
            found.rounds[-1].visit.visited_on.month,
        ) == (
            3,
            6,
        )
        for first, last, companies in (
            (date(2020, 1, 1), date(2020, 12, 31), COMPANIES_2020),
            (date(2021, 1, 1), date(2021, 6, 30), COMPANIES_2021),
        ):
            book = await visits.ledger(ctx, visits.LedgerQuery(first=first, last=last))
            assert book.total.companies == companies
        await demo(ctx, {})  # a second time adds nothing
        again = await service.delegation(ctx, service.Asked())
        assert again.received == 53


async def test_the_seven_wait_for_their_ministries(runtime: Any, city: Any, told: None, api: Any):
    del told
    found = (await api.get(API)).json()
    sent = found["sent"]
    assert len(sent) == 7
    assert all(s["proposal"]["state"] == "OPEN" for s in sent)
    assert all(s["item"]["agency_name"] == s["proposal"]["agency_name"] for s in sent)
    assert len({s["item"]["agency_name"] for s in sent}) > 3
    case = (await api.get(f"/api/v1/cases/{sent[0]['item']['case_id']}")).json()
    assert case["waits"] == ["EXTERNAL_WAIT"]
    assert case["disposition"] == "SYSTEM_CHANGE_PROPOSED"
    assert case["channel"] == "JOINT_DELEGATION"
    del runtime, city


async def test_the_cooperatives_are_a_filter(api: Any, told: None):
    del told
    cooperatives = (await api.get(f"{API}/cooperatives")).json()
    assert sorted(c["name"] for c in cooperatives) == sorted(TRADES)
    parts = []
    for one in cooperatives:
        trade = TRADES.index(one["name"])
        found = (await api.get(API, params={"agency_id": one["id"]})).json()
        mine = [r for r in ROUNDS if r.trade == trade]
        assert len(found["rounds"]) == len(mine) == one["rounds"]
        counts = {g["code"]: g["count"] for g in found["groups"]}
        assert counts["on_site"] == sum(r.on_site for r in mine)
        assert counts["proposed"] == sum(r.proposed for r in mine)
        assert found["received"] == sum(counts.values())
        parts.append(found["received"])
    assert sum(parts) == 53


async def test_page_and_file_say_the_same(web: Any, desk: Any, told: None):
    del told
    browser = web.browser(desk)
    page = await browser.get(HOME)
    assert page.status_code == 200
    for text in ("53 = 26 + 20 + 7", "(49.1%)", "(37.7%)", "(13.2%)", *TRADES, "중소벤처기업부"):
        assert text in page.text, text
    file = await browser.get(f"{HOME}/file.xlsx")
    totals, rounds, sent = openpyxl.load_workbook(io.BytesIO(file.content)).worksheets
    lines = {r[0]: r[1:3] for r in totals.iter_rows(values_only=True) if r[0]}
    assert lines["방문(회)"][0] == 17
    assert lines["접수"][0] == 53
    assert (lines["현장수용"], lines["검토"]) == ((26, 49.1), (20, 37.7))
    assert (lines["중앙부처 건의"], lines["미분류"][0]) == ((7, 13.2), 0)
    assert any("기준" in str(c) for r in totals.iter_rows(values_only=True) for c in r if c)
    numbered = [r for r in rounds.iter_rows(values_only=True) if isinstance(r[0], int)]
    assert [r[0] for r in numbered] == list(range(1, 18))
    assert sum(r[4] for r in numbered) == 53
    assert isinstance(numbered[0][1], datetime)
    ministries = [r[5] for r in sent.iter_rows(values_only=True) if str(r[2]).count("-") == 2]
    assert len(ministries) == 7
    for days, companies in (
        ("first=2020-01-01&last=2020-12-31", COMPANIES_2020),
        ("first=2021-01-01&last=2021-06-30", COMPANIES_2021),
    ):
        await _book_counts(browser, days, companies)


async def _book_counts(browser: Any, days: str, companies: int) -> None:
    """Compare the ledger's page and file of those days; each company was visited once."""
    page = await browser.get(f"/office/visits/ledger?{days}")
    assert re.search(rf"<b>{companies}</b><small>개사</small>", page.text)
    file = await browser.get(f"/office/visits/ledger/file.xlsx?{days}")
    sums, listed, _ = openpyxl.load_workbook(io.BytesIO(file.content)).worksheets
    total = next(r for r in sums.iter_rows(values_only=True) if r[0] == "계")
    assert total[1:3] == (companies, companies)
    rows = [r for r in listed.iter_rows(values_only=True) if str(r[1]).startswith("V-")]
    assert len({r[4] for r in rows}) == len(rows) == companies


async def test_as06_through_the_api(api: Any, people: Any, runtime: Any, city: Any):
    async with runtime.work.open(city) as ctx:
        ministry = str(await get_or_add_agency(ctx, "중소벤처기업부", "MINISTRY"))
    unit = str(await people.unit("도로과"))
    extra = {
        "ON_SITE": {"answer": "그 자리에서 풀었습니다"},
        "HANDLED": {},
        "NOTIFIED": {"unit_id": unit},
        "PROPOSED": {"agency_id": ministry, "answer": "기준을 고쳐 주십시오"},
    }
    ways = ["ON_SITE"] * 26 + ["HANDLED"] * 6 + ["NOTIFIED"] * 14 + ["PROPOSED"] * 7
    for number in range(17):
        items = [
            {"category": "REGULATION", "content": f"애로 {n}", "outcome": way, **extra[way]}
            for n, way in enumerate(ways[number::17])
        ]
        body = {
            "company_name": f"㈜시험{number:02d}",
            "kind": "JOINT_DELEGATION",
            "day": "2026-11-02",
            "items": items,
        }
        made = await api.post("/api/v1/visits/recorded", json=body)
        assert made.status_code == 201, made.text
    found = (await api.get(API)).json()
    assert len(found["rounds"]) == 17
    assert found["received"] == 53
    assert [g["count"] for g in found["groups"]] == [26, 20, 7, 0]
    assert [str(Decimal(str(g["share"]))) for g in found["groups"][:3]] == ["49.1", "37.7", "13.2"]
    assert all(s["proposal"]["agency_name"] == "중소벤처기업부" for s in found["sent"])


async def test_what_is_not_yet_classed_is_a_fourth_group(api: Any):
    items = [
        {"category": "FUNDS", "content": "자금", "outcome": "HANDLED"},
        {"category": "ETC", "content": "그 밖", "outcome": "UNCLASSED"},
    ]
    body = {"company_name": "㈜시험", "kind": "JOINT_DELEGATION", "items": items}
    assert (await api.post("/api/v1/visits/recorded", json=body)).status_code == 201
    found = (await api.get(API)).json()
    assert [g["count"] for g in found["groups"]] == [0, 1, 0, 1]
    assert found["received"] == 2
