"""Companies over HTTP: rights, versions, pages, and refusals by field."""

from typing import Any
from uuid import uuid4

import pytest

from sinmungo.testing.people import People
from sinmungo.testing.web import Web

URL = "/api/v1/companies"
FULL = {
    "name": "㈜한빛정밀",
    "business_no": "123-45-67891",
    "representative": "홍길동",
    "phone": "070-0000-4321",
    "employees": 52,
    "employees_foreign": 8,
    "employees_on": "2026-11-01",
    "founded_on": "2011-03-02",
    "factory_registered": False,
    "premises": "RENTED",
    "size_class": "MEDIUM",
    "dong": "중앙동",
}


@pytest.fixture
async def api(web: Web, people: People):
    return web.api(await people.officer("INTAKE_OFFICER"))


async def made(api: Any, **fields: Any) -> dict[str, Any]:
    response = await api.post(URL, json={"name": "한빛정밀", **fields})
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_rights(web: Web, people: People):
    auditor = web.api(await people.officer("AUDITOR"))
    assert (await web.api().get(URL)).status_code == 401
    assert (await auditor.get(URL)).status_code == 200
    assert (await auditor.post(URL, json={"name": "한빛정밀"})).status_code == 403


async def test_a_whole_record(api: Any):
    response = await api.post(URL, json=FULL)
    assert response.status_code == 201
    assert response.headers["etag"] == '"1"'
    body = response.json()
    stored = await api.get(f"{URL}/{body['id']}")
    assert stored.json() == body
    assert stored.headers["etag"] == '"1"'
    wanted = FULL | {"business_no": "1234567891", "phone": "07000004321", "state": "ACTIVE"}
    assert {name: body[name] for name in wanted} == wanted


async def test_missing_ones_are_404(api: Any):
    url = f"{URL}/{uuid4()}"
    assert (await api.get(url)).status_code == 404
    assert (await api.get(f"{url}/events")).status_code == 404
    changed = await api.patch(url, json={"dong": "내동"}, headers={"if-match": '"1"'})
    assert changed.status_code == 404


async def test_every_field_at_fault_is_named(api: Any):
    wrong = FULL | {"name": " ", "business_no": "123-45-67890", "employees_on": None}
    response = await api.post(URL, json=wrong)
    assert response.status_code == 422
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.json()["errors"].keys() == {"name", "business_no", "employees_on"}
    assert (await api.get(URL)).json() == {"items": [], "next": None}


async def test_a_business_number_is_used_once(api: Any):
    await made(api, **FULL)
    again = await api.post(URL, json={"name": "다른정밀", "business_no": "1234567891"})
    assert again.status_code == 422
    message = "이미 등록된 사업자등록번호입니다: ㈜한빛정밀"
    assert again.json()["errors"] == {"business_no": message}
    other = await made(api, name="다른정밀")
    changed = await api.patch(
        f"{URL}/{other['id']}", json={"business_no": "1234567891"}, headers={"if-match": '"1"'}
    )
    assert changed.json()["errors"] == {"business_no": message}


async def test_a_retry_adds_nothing(api: Any):
    key = {"idempotency-key": "retry-1"}
    first, again = [await api.post(URL, json=FULL, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.json(), first.headers["etag"]) == (again.json(), again.headers["etag"])
    other = await api.post(URL, json={"name": "새벽물류"}, headers=key)
    assert other.status_code == 422
    assert len((await api.get(URL)).json()["items"]) == 1


async def test_changes_name_their_version(api: Any):
    company = await made(api)
    url = f"{URL}/{company['id']}"
    assert (await api.patch(url, json={"dong": "내동"})).status_code == 428
    first = await api.patch(url, json={"dong": "내동"}, headers={"if-match": '"1"'})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    late = await api.patch(url, json={"dong": "상동"}, headers={"if-match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    assert (await api.get(url)).json()["dong"] == "내동"


async def test_left_out_stays_and_null_clears(api: Any):
    company = await made(api, **FULL)
    url = f"{URL}/{company['id']}"
    changes = {"representative": None, "products": "정밀 축"}
    body = (await api.patch(url, json=changes, headers={"if-match": '"1"'})).json()
    assert body == company | changes | {"row_version": 2}
    same = await api.patch(url, json=changes, headers={"if-match": '"2"'})
    assert same.headers["etag"] == '"2"'
    kinds = [e["kind"] for e in (await api.get(f"{url}/events")).json()]
    assert kinds == ["companies.changed", "companies.added"]


async def test_pages_by_name(api: Any):
    for name in ("㈜다온", "가람", "주식회사 나래", "가람", "라온"):
        await made(api, name=name)
    names, cursor = [], ""
    while cursor is not None:
        body = (await api.get(URL, params={"limit": 2, "cursor": cursor or None})).json()
        names += [item["name"] for item in body["items"]]
        cursor = body["next"]
    assert names == ["가람", "가람", "주식회사 나래", "㈜다온", "라온"]
    broken = await api.get(URL, params={"cursor": "nonsense"})
    assert (broken.status_code, *broken.json()["errors"]) == (422, "cursor")


async def test_search_by_post(api: Any):
    company = await made(api, **FULL)
    for q in ("한빛정밀", "ㅎㅂㅈㅁ", "123-45-67891", "4321"):
        found = (await api.post(f"{URL}/search", json={"q": q})).json()
        assert [item["id"] for item in found] == [company["id"]]
        assert found[0]["representative_mask"] == "홍*동"


async def test_contacts_belong_to_the_record(api: Any):
    company = await made(api)
    url = f"{URL}/{company['id']}/contacts"
    person = {"name": "김하늘", "title": "총무부장", "phone": "010-0000-1234"}
    added = await api.post(url, json=person, headers={"if-match": '"1"'})
    assert (added.status_code, added.headers["etag"]) == (201, '"2"')
    (contact,) = added.json()["contacts"]
    assert contact == {"id": contact["id"], **person, "phone": "01000001234", "email": None}
    one = f"{url}/{contact['id']}"
    changes = {"email": "sky@example.com", "title": None}
    stale = await api.patch(one, json=changes, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    changed = await api.patch(one, json=changes, headers={"if-match": '"2"'})
    assert changed.json()["contacts"] == [contact | changes]
    elsewhere = f"{URL}/{(await made(api))['id']}/contacts/{contact['id']}"
    assert (await api.delete(elsewhere, headers={"if-match": '"1"'})).status_code == 404
    gone = await api.delete(one, headers={"if-match": '"3"'})
    assert gone.json()["contacts"] == []
    events = (await api.get(f"{URL}/{company['id']}/events")).json()
    assert [(e["title"], e["text"]) for e in events] == [
        ("담당자 삭제", ""),
        ("담당자 수정", "직위, 전자우편"),
        ("담당자 추가", ""),
        ("업체 등록", ""),
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": ""}, "name"), ({"phone": "12"}, "phone"), ({"email": "sky@"}, "email")],
)
async def test_a_contact_must_be_reachable(api: Any, wrong: dict[str, str], field: str):
    company = await made(api)
    response = await api.post(
        f"{URL}/{company['id']}/contacts",
        json={"name": "김하늘", **wrong},
        headers={"if-match": '"1"'},
    )
    assert (response.status_code, *response.json()["errors"]) == (422, field)


async def test_a_company_closes_and_works_again(api: Any):
    company = await made(api)
    url = f"{URL}/{company['id']}"
    closing = {"state": "CLOSED", "state_on": "2026-01-31"}
    refused = await api.post(f"{url}/state", json=closing, headers={"if-match": '"1"'})
    assert (refused.status_code, *refused.json()["errors"]) == (422, "state_reason")
    closing["state_reason"] = "국세청 조회"
    closed = await api.post(f"{url}/state", json=closing, headers={"if-match": '"1"'})
    assert {name: closed.json()[name] for name in closing} == closing
    opened = {"state": "ACTIVE", "state_on": "2026-03-01"}
    again = await api.post(f"{url}/state", json=opened, headers={"if-match": '"2"'})
    assert (again.json()["state"], again.json()["state_reason"]) == ("ACTIVE", None)
    latest = (await api.get(f"{url}/events")).json()[0]
    assert (latest["text"], latest["occurred_at"]) == ("영업 재개", "2026-02-28T15:00:00Z")
