"""What a record keeps over time: head counts, associations, consents, states, and the lists."""

import csv
import io
from datetime import date, timedelta
from uuid import UUID, uuid4

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sinmungo import clock
from sinmungo.agencies import service as agencies
from sinmungo.app import Runtime
from sinmungo.companies import consents, figures, memberships, service
from sinmungo.companies.contacts import add_contact, remove_contact
from sinmungo.companies.places import places, set_places
from sinmungo.companies.service import add, employees_on, members_of, record
from sinmungo.companies.states import list_states, set_state
from sinmungo.errors import InvalidError, MissingError, RefusedError, StaleError
from sinmungo.host.context import Ctx
from sinmungo.host.events import timeline
from sinmungo.host.models import downloads
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read

CONSENT = {"purpose": "NEWSLETTER", "given_on": "2026-01-02", "how": "PAPER"}


async def count_on(ctx: Ctx, company_id: UUID, day: str) -> int | None:
    found = await employees_on(ctx, company_id, date.fromisoformat(day))
    return found.employees if found else None


async def test_fifty_and_more_is_asked_for_a_day(ctx: Ctx):
    first = {"name": "한빛정밀", "employees": "49", "employees_on": "2025-03-01"}
    company_id = await add(ctx, first)
    later = {"employees": "52", "employees_foreign": "3", "employees_on": "2026-01-05"}
    await service.edit(ctx, company_id, later, 1)
    days = ("2025-02-28", "2025-03-01", "2026-01-04", "2026-01-05", "2026-11-01")
    assert [await count_on(ctx, company_id, day) for day in days] == [None, 49, 49, 52, 52]
    rows = await figures.list_figures(ctx, company_id)
    assert [(r.day.year, r.employees, r.employees_foreign) for r in rows] == [
        (2026, 52, 3),
        (2025, 49, None),
    ]


async def test_a_later_count_becomes_the_records_and_an_earlier_one_does_not(ctx: Ctx):
    company_id = await add(ctx, {"name": "한빛정밀"})
    later = {"day": "2026-05-01", "employees": "60", "size_class": "MEDIUM"}
    assert await figures.keep_figures(ctx, company_id, later, 1) == 3
    await figures.keep_figures(ctx, company_id, {"day": "2024-12-31", "employees": "31"}, 3)
    values = (await record(ctx, company_id)).values
    assert (values.employees, values.employees_on, values.size_class) == (
        60,
        date(2026, 5, 1),
        "MEDIUM",
    )
    assert await count_on(ctx, company_id, "2025-06-01") == 31


async def test_what_is_known_of_a_day_is_completed(ctx: Ctx):
    company_id = await add(ctx, {"name": "한빛정밀"})
    await figures.keep_figures(ctx, company_id, {"day": "2025-12-31", "sales": "12억 5천만"}, 1)
    usd = {"day": "2025-12-31", "export_usd": "$350,000", "employees": "40"}
    version = await figures.keep_figures(ctx, company_id, usd, 2)
    (row,) = await figures.list_figures(ctx, company_id)
    assert (row.sales, row.export_usd, row.employees) == (1_250_000_000, 350_000, 40)
    with pytest.raises(StaleError):
        await figures.drop_figures(ctx, company_id, row.id, 1)
    await figures.drop_figures(ctx, company_id, row.id, version)
    assert await figures.list_figures(ctx, company_id) == []
    with pytest.raises(MissingError):
        await figures.drop_figures(ctx, company_id, row.id, version + 1)


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"employees": "5"}, "day"),
        ({"day": "2026-01-01"}, "employees"),
        ({"day": "2999-01-01", "employees": "5"}, "day"),
        ({"day": "2026-01-01", "employees": "다섯"}, "employees"),
        ({"day": "2026-01-01", "employees": "5", "employees_foreign": "6"}, "employees_foreign"),
        ({"day": "2026-01-01", "employees_foreign": "1"}, "employees_foreign"),
        ({"day": "2026-01-01", "size_class": "HUGE"}, "size_class"),
        ({"day": "2026-01-01", "sales": "많이"}, "sales"),
        ({"day": "2026-01-01", "export_usd": "-5"}, "export_usd"),
    ],
)
def test_what_are_no_figures(texts: dict[str, str], field: str):
    with pytest.raises(InvalidError) as caught:
        figures.understand(texts)
    assert list(caught.value.errors) == [field]


class _UndoError(Exception):
    """Ends an example without keeping it."""


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    counts=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 400)), max_size=8),
    asked=st.integers(-1, 61),
)
async def test_a_head_count_is_the_last_one_written_for_the_last_day(
    runtime: Runtime, city: Tenant, counts: list[tuple[int, int]], asked: int
):
    begin = date(2026, 1, 1)
    told: dict[int, int] = {}
    try:
        async with runtime.work.open(city) as ctx:
            company_id = await add(ctx, {"name": "한빛정밀"})
            for offset, count in counts:
                day = (begin + timedelta(days=offset)).isoformat()
                texts = {"day": day, "employees": str(count)}
                await figures.keep_figures(ctx, company_id, texts, None)
                told[offset] = count
            known = [d for d in told if d <= asked]
            found = await employees_on(ctx, company_id, begin + timedelta(days=asked))
            assert (found.employees if found else None) == (told[max(known)] if known else None)
            latest = (await record(ctx, company_id)).values.employees
            assert latest == (told[max(told)] if told else None)
            _stop()
    except _UndoError:
        pass


def _stop() -> None:
    raise _UndoError


async def test_members_on_a_day(ctx: Ctx):
    textile = await agencies.get_or_add(ctx, "섬유협동조합", "ASSOCIATION")
    one, two = [await add(ctx, {"name": n}) for n in ("한빛섬유", "가람섬유")]
    joined = date(2021, 3, 1)
    first = await memberships.join(ctx, one, textile, valid_from=joined)
    await memberships.join(ctx, two, textile, valid_from=date(2021, 6, 1))
    await memberships.leave(ctx, one, first, valid_to=date(2022, 1, 1))
    names = {
        day: [hit.name for hit in await members_of(ctx, textile, date.fromisoformat(day))]
        for day in ("2021-02-28", "2021-03-01", "2021-06-01", "2021-12-31", "2022-01-01")
    }
    assert names == {
        "2021-02-28": [],
        "2021-03-01": ["한빛섬유"],
        "2021-06-01": ["가람섬유", "한빛섬유"],
        "2021-12-31": ["가람섬유", "한빛섬유"],
        "2022-01-01": ["가람섬유"],
    }
    assert [hit.name for hit in await members_of(ctx, textile)] == ["가람섬유"]
    told = [e.payload["act"] for e in await timeline(ctx, one) if "act" in e.payload]
    assert told == ["JOINED", "LEFT"]


async def test_what_is_no_membership(ctx: Ctx):
    company_id = await add(ctx, {"name": "한빛섬유"})
    ministry = next(a for a in await agencies.list_agencies(ctx, kind="MINISTRY"))
    textile = await agencies.get_or_add(ctx, "섬유협동조합", "ASSOCIATION")
    for wrong in (None, uuid4(), ministry.id):
        with pytest.raises(InvalidError):
            await memberships.join(ctx, company_id, wrong)
    first = await memberships.join(ctx, company_id, textile, row_version=1)
    with pytest.raises(InvalidError):
        await memberships.join(ctx, company_id, textile)
    with pytest.raises(InvalidError):
        await memberships.leave(ctx, company_id, first, valid_to=clock.today())
    with pytest.raises(MissingError):
        await memberships.leave(ctx, company_id, uuid4())
    with pytest.raises(StaleError):
        await memberships.remove(ctx, company_id, first, 1)
    await memberships.remove(ctx, company_id, first, 2)
    assert await memberships.list_memberships(ctx, company_id) == []


async def test_a_consent_points_at_the_words_of_its_day(ctx: Ctx):
    company_id = await add(ctx, {"name": "한빛정밀"})
    first = await consents.give(ctx, company_id, CONSENT, 1)
    text = {"body": "새 문구", "items": "업체명", "period": "1년", "valid_from": "2026-06-01"}
    assert await consents.set_text(ctx, "NEWSLETTER", text) == 2
    assert await consents.set_text(ctx, "NEWSLETTER", text) == 2
    second = await consents.give(ctx, company_id, {**CONSENT, "given_on": "2026-06-01"}, 2)
    rows = {c.id: c for c in await consents.list_consents(ctx, company_id)}
    assert (rows[first].version, rows[second].version) == (1, 2)
    assert rows[second].text_hash == consents.text_hash("새 문구", "업체명", "1년")
    assert rows[first].text_hash != rows[second].text_hash
    assert [t.version for t in await consents.texts_in_force(ctx, date(2026, 5, 31))] == [1, 1, 1]
    with pytest.raises(InvalidError):
        await consents.set_text(ctx, "NEWSLETTER", {**text, "body": "더 이른 문구"})


async def test_a_withdrawn_consent_stays_as_evidence(ctx: Ctx):
    company_id = await add(ctx, {"name": "한빛정밀"})
    consent_id = await consents.give(ctx, company_id, CONSENT, 1)
    assert [c.company_id for c in await consents.consenting(ctx, "NEWSLETTER")] == [company_id]
    with pytest.raises(InvalidError):
        await consents.give(ctx, company_id, CONSENT, 2)
    with pytest.raises(InvalidError):
        await consents.withdraw(ctx, company_id, consent_id, "REMOVED", 2)
    await consents.withdraw(ctx, company_id, consent_id, "PHONE", 2)
    assert await consents.consenting(ctx, "NEWSLETTER") == []
    (row,) = await consents.list_consents(ctx, company_id)
    assert (row.withdrawn_how, row.how, row.given_on) == ("PHONE", "PAPER", date(2026, 1, 2))
    with pytest.raises(RefusedError):
        await consents.withdraw(ctx, company_id, consent_id, "PHONE", 3)
    with pytest.raises(MissingError):
        await consents.withdraw(ctx, company_id, uuid4(), "PHONE", 3)


async def test_a_removed_contact_agrees_to_nothing_any_more(ctx: Ctx):
    company_id = await add(ctx, {"name": "한빛정밀"})
    contact_id = await add_contact(ctx, company_id, {"name": "박영희"}, 1)
    given_by = {**CONSENT, "contact_id": str(contact_id)}
    await consents.give(ctx, company_id, given_by, 2)
    with pytest.raises(MissingError):
        await consents.give(ctx, company_id, {**CONSENT, "contact_id": str(uuid4())}, 3)
    await remove_contact(ctx, company_id, contact_id, 3)
    (row,) = await consents.list_consents(ctx, company_id)
    assert (row.contact_id, row.withdrawn_how) == (contact_id, "REMOVED")


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({**CONSENT, "purpose": "ANY"}, "purpose"),
        ({**CONSENT, "how": "REMOVED"}, "how"),
        ({**CONSENT, "given_on": ""}, "given_on"),
        ({**CONSENT, "given_on": "2999-01-01"}, "given_on"),
        ({**CONSENT, "given_on": "2019-12-31"}, "given_on"),
        ({**CONSENT, "contact_id": "x"}, "contact_id"),
    ],
)
async def test_what_is_no_consent(ctx: Ctx, texts: dict[str, str], field: str):
    company_id = await add(ctx, {"name": "한빛정밀"})
    with pytest.raises(InvalidError) as caught:
        await consents.give(ctx, company_id, texts, 1)
    assert list(caught.value.errors) == [field]


async def test_states_are_kept_by_their_day(ctx: Ctx):
    company_id = await add(ctx, {"name": "한빛정밀"})
    moved_in = {"state": "MOVED_IN", "state_on": "2020-03-01"}
    moved = {"state": "MOVED", "state_on": "2026-02-01", "state_reason": "다른 시로"}
    closed = {"state": "CLOSED", "state_on": "2023-01-01", "state_reason": "휴·폐업 조회"}
    reopened = {"state": "REOPENED", "state_on": "2023-06-01"}
    for version, change in enumerate((moved_in, moved, closed, reopened), start=1):
        await set_state(ctx, company_id, change, version)
    found = await record(ctx, company_id)
    assert (found.state, found.state_on, found.row_version) == ("MOVED", date(2026, 2, 1), 5)
    changes = [s.change for s in await list_states(ctx, company_id)]
    assert changes == ["MOVED", "REOPENED", "CLOSED", "MOVED_IN"]


async def test_a_dong_belongs_to_the_city(ctx: Ctx):
    company_id = await add(ctx, {"name": "한빛정밀", "dong": "아무동"})
    await set_places(ctx, dongs=" 내동\n\n상동\n내동", complexes="한빛산업단지")
    assert (await places(ctx)).dongs == ["내동", "상동"]
    with pytest.raises(InvalidError) as caught:
        await add(ctx, {"name": "새솔", "dong": "먼동"})
    assert list(caught.value.errors) == ["dong"]
    await service.edit(ctx, company_id, {"industry": "금속"}, 1)
    with pytest.raises(InvalidError):
        await service.edit(ctx, company_id, {"dong": "먼동"}, 2)
    moved = {"state": "MOVED", "state_on": "2026-02-01", "state_reason": "다른 시로"}
    await set_state(ctx, company_id, moved, 2)
    await service.edit(ctx, company_id, {"dong": "먼동"}, 3)
    with pytest.raises(InvalidError):
        await set_places(ctx, dongs="가" * 61, complexes="")


async def _three(runtime: Runtime, city: Tenant) -> UUID:
    async with runtime.work.open(city) as ctx:
        await set_places(ctx, dongs="내동\n상동", complexes="한빛산업단지")
        agency_id = await agencies.get_or_add(ctx, "섬유협동조합", "ASSOCIATION")
        common = {"representative": "김철수", "phone": "010-0000-1234", "size_class": "SMALL"}
        member = await add(ctx, {"name": "한빛섬유", "dong": "내동", **common})
        await memberships.join(ctx, member, agency_id, valid_from=date(2026, 1, 1))
        await add(
            ctx,
            {"name": "가람섬유", "dong": "상동", "employees": "52", "employees_on": "2026-01-05"},
        )
        await add(ctx, {"name": "=1+1 테크", "dong": "내동", "complex": "한빛산업단지"})
    return agency_id


async def test_the_list_is_narrowed(web: Web, people: People, runtime: Runtime, city: Tenant):
    agency_id = await _three(runtime, city)
    browser = web.browser(await people.officer("AUDITOR"))
    for query, names in (
        ("dong=내동", {"한빛섬유", "=1+1 테크"}),
        ("dong=내동&complex=한빛산업단지", {"=1+1 테크"}),
        (f"agency={agency_id}", {"한빛섬유"}),
        ("size_class=SMALL&state=ACTIVE", {"한빛섬유"}),
        ("state=CLOSED", set()),
    ):
        page = (await browser.get(f"/office/companies?{query}")).text
        found = {n for n in ("한빛섬유", "가람섬유", "=1+1 테크") if f">{n}</a>" in page}
        assert found == names, query
        if names:
            assert f"업체 {len(names)}개사" in page
    assert (await browser.get("/office/companies?agency=x")).status_code == 422


async def test_the_file_holds_what_the_list_shows_masked(
    web: Web, people: People, runtime: Runtime, city: Tenant
):
    await _three(runtime, city)
    browser = web.browser(await people.officer("AUDITOR"))
    refused = await browser.post("/office/companies/file", {"kind": "xlsx", "reason": " "})
    assert refused.status_code == 422
    assert "내려받는 까닭을 적어 주세요." in refused.text
    form = {"kind": "xlsx", "reason": "도 제출용"}
    sent = await browser.post("/office/companies/file", form)
    sheet = openpyxl.load_workbook(io.BytesIO(sent.content)).active
    assert sheet is not None
    rows = [[c.value for c in row] for row in sheet.iter_rows()]
    lines = {row[1]: row for row in rows if isinstance(row[0], int)}
    assert list(lines) == ["=1+1 테크", "가람섬유", "한빛섬유"]
    assert lines["가람섬유"][8] == 52
    assert lines["한빛섬유"][3:5] == ["김*수", "010-****-1234"]
    assert lines["=1+1 테크"][2] is None
    narrow = await browser.post(
        "/office/companies/file", {"kind": "csv", "reason": "도 제출용", "dong": "상동"}
    )
    table = list(csv.reader(io.StringIO(narrow.content.decode("utf-8-sig"))))
    assert [row[1] for row in table[1:] if row and row[0].isdigit()] == ["가람섬유"]
    async with runtime.work.open(city) as ctx:
        kept = await ctx.db.all(read(select(downloads.c.row_count).order_by(downloads.c.at), int))
    assert kept == [3, 1]


async def test_parts_of_a_companys_page(web: Web, people: People, runtime: Runtime, city: Tenant):
    agency_id = await _three(runtime, city)
    browser = web.browser(await people.officer("LEAD_OFFICER"))
    made = await browser.post("/office/companies/new", {"name": "새솔테크"})
    home = made.headers["location"]
    page = (await browser.get(home)).text
    for slug in ("memberships", "figures", "consents"):
        assert f'hx-get="{home}/{slug}"' in page
        alone = await browser.get(f"{home}/{slug}")
        part = await browser.get(f"{home}/{slug}", headers={"hx-request": "true"})
        assert "<html" in alone.text
        assert "<html" not in part.text
    form = {"agency_id": str(agency_id), "valid_from": "2026.1.2", "row_version": 1}
    assert (await browser.post(f"{home}/memberships/new", form)).status_code == 303
    assert "섬유협동조합" in (await browser.get(f"{home}/memberships")).text
    members = await browser.get(f"/office/companies/of-agency/{agency_id}")
    assert "새솔테크" in members.text
    again = await browser.post(f"{home}/memberships/new", {**form, "row_version": 2})
    assert (again.status_code, "이미 가입한 단체입니다" in again.text) == (422, True)
    figure = {"day": "2025.12.31", "employees": "51", "sales": "3억", "row_version": 2}
    assert (await browser.post(f"{home}/figures/new", figure)).status_code == 303
    shown = (await browser.get(f"{home}/figures")).text
    assert "51명" in shown
    assert "300,000,000" in shown
    assert "2025. 12. 31.(수) 기준" in (await browser.get(home)).text
    consent = {**CONSENT, "row_version": 4}
    assert (await browser.post(f"{home}/consents/new", consent)).status_code == 303
    assert "기업 소식 받기" in (await browser.get(f"{home}/consents")).text
    bad = await browser.post(f"{home}/consents/new", {**CONSENT, "how": "", "row_version": 5})
    assert "방법을 골라 주세요." in bad.text


async def test_the_screens_take_back_what_was_wrong(
    web: Web, people: People, runtime: Runtime, city: Tenant
):
    agency_id = await _three(runtime, city)
    async with runtime.work.open(city) as ctx:
        (hit,) = await members_of(ctx, agency_id)
        (row,) = await memberships.list_memberships(ctx, hit.id)
        await figures.keep_figures(ctx, hit.id, {"day": "2025-12-31", "sales": "1억"}, None)
        (figure,) = (f for f in await figures.list_figures(ctx, hit.id) if f.sales)
        consent_id = await consents.give(ctx, hit.id, CONSENT, None)
        version = (await record(ctx, hit.id)).row_version
    browser = web.browser(await people.officer("LEAD_OFFICER"))
    home = f"/office/companies/{hit.id}"
    assert "탈퇴한 날" in (await browser.get(f"{home}/memberships/{row.id}")).text
    early = {"valid_to": "2025-12-01", "row_version": version}
    assert (await browser.post(f"{home}/memberships/{row.id}", early)).status_code == 422
    left = {"valid_to": "2026-03-01", "row_version": version}
    assert (await browser.post(f"{home}/memberships/{row.id}", left)).status_code == 303
    removed = {"row_version": version + 1}
    assert (await browser.post(f"{home}/memberships/{row.id}/remove", removed)).status_code == 303
    assert "100000000" in (await browser.get(f"{home}/figures/{figure.id}")).text
    gone = {"row_version": version + 2}
    assert (await browser.post(f"{home}/figures/{figure.id}/remove", gone)).status_code == 303
    assert "철회한 방법" in (await browser.get(f"{home}/consents/{consent_id}/withdraw")).text
    url = f"{home}/consents/{consent_id}/withdraw"
    assert (await browser.post(url, {"how": "", "row_version": version + 3})).status_code == 422
    ended = {"how": "EMAIL", "row_version": version + 3}
    assert (await browser.post(url, ended)).status_code == 303


async def test_the_admin_keeps_the_lists(web: Web, people: People):
    admin = web.browser(await people.officer("TENANT_ADMIN"))
    assert (await admin.get("/admin/companies")).status_code == 200
    saved = await admin.post("/admin/companies", {"dongs": "내동\n상동", "complexes": ""})
    assert saved.status_code == 303
    page = (await admin.get("/admin/companies")).text
    assert "내동\n상동" in page
    text = {"body": "새 문구입니다.", "items": "업체명", "period": "1년", "valid_from": ""}
    assert (await admin.post("/admin/companies/consents/MARKETING", text)).status_code == 303
    assert "2판" in (await admin.get("/admin/companies")).text
    empty = await admin.post("/admin/companies/consents/MARKETING", {**text, "body": ""})
    assert (empty.status_code, "내동\n상동" in empty.text) == (422, True)
    form = (await admin.get("/office/companies/new")).text
    assert '<option value="상동">' in form
    refused = await admin.post("/office/companies/new", {"name": "새솔", "dong": "먼동"})
    assert "우리 시의 동이 아닙니다" in refused.text
    officer = web.browser(await people.officer("INTAKE_OFFICER"))
    assert (await officer.get("/admin/companies")).status_code == 403


async def test_over_the_api(web: Web, people: People, runtime: Runtime, city: Tenant):
    agency_id = await _three(runtime, city)
    api = web.api(await people.officer("LEAD_OFFICER"))
    company = (await api.post("/api/v1/companies", json={"name": "새솔테크"})).json()
    url = f"/api/v1/companies/{company['id']}"
    joined = await api.post(
        f"{url}/memberships",
        json={"agency_id": str(agency_id), "valid_from": "2026-01-02"},
        headers={"if-match": '"1"'},
    )
    assert (joined.status_code, joined.headers["etag"]) == (201, '"2"')
    membership = joined.json()[0]
    listed = await api.get("/api/v1/companies", params={"agency": str(agency_id)})
    assert {c["name"] for c in listed.json()["items"]} == {"새솔테크", "한빛섬유"}
    left = await api.post(
        f"{url}/memberships/{membership['id']}/leave",
        json={"valid_to": "2026-02-01"},
        headers={"if-match": '"2"'},
    )
    assert left.json()[0]["valid_to"] == "2026-02-01"
    gone = await api.delete(f"{url}/memberships/{membership['id']}", headers={"if-match": '"3"'})
    assert gone.json() == []
    kept = await api.post(
        f"{url}/figures",
        json={"day": "2025-12-31", "employees": 51, "sales": 300_000_000},
        headers={"if-match": '"4"'},
    )
    assert kept.json()[0]["employees"] == 51
    assert (await api.get(url)).json()["employees_on"] == "2025-12-31"
    tag = {"if-match": kept.headers["etag"]}
    dropped = await api.delete(f"{url}/figures/{kept.json()[0]['id']}", headers=tag)
    assert dropped.json() == []
    tag = {"if-match": dropped.headers["etag"]}
    given_now = await api.post(f"{url}/consents", json=CONSENT, headers=tag)
    assert given_now.status_code == 201
    tag = {"if-match": given_now.headers["etag"]}
    consent_url = f"{url}/consents/{given_now.json()[0]['id']}/withdraw"
    assert (await api.post(consent_url, json={"how": "WEB"})).status_code == 428
    ended = await api.post(consent_url, json={"how": "WEB"}, headers=tag)
    assert ended.json()[0]["withdrawn_how"] == "WEB"
    assert (await api.get(f"{url}/consents")).headers["etag"] == ended.headers["etag"]
