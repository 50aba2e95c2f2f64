"""What a role may do is the city's own: it follows at once, and an admin stays an admin."""

import re

import pytest

from sinmungo.testing.people import People
from sinmungo.testing.web import Web

PAGE = "/admin/people/roles"
API = "/api/v1/people/rights"


async def put(api, *changes: tuple[str, str, bool | None], version: int | None = None):
    tag = (await api.get(API)).headers["etag"] if version is None else f'"{version}"'
    cells = [{"role": r, "permission": p, "granted": g} for r, p, g in changes]
    return await api.put(API, json={"changes": cells}, headers={"if-match": tag})


def held(answer, permission: str) -> list[str]:
    return next(i["roles"] for i in answer.json()["items"] if i["permission"] == permission)


async def test_rights_follow_at_the_next_request_and_come_back(web: Web, people: People):
    admin = web.api(await people.officer("TENANT_ADMIN", name="이관리"))
    lead = web.api(await people.officer("LEAD_OFFICER"))
    both = web.api(await people.officer("LEAD_OFFICER", "INTAKE_OFFICER"))
    assert (await lead.get("/api/v1/visits")).status_code == 200
    taken, given = ("LEAD_OFFICER", "visits.read", False), ("LEAD_OFFICER", "cases.intake", True)
    cells = [{"role": r, "permission": p, "granted": g} for r, p, g in (taken, given)]
    seen = (await admin.post(f"{API}/preview", json={"changes": cells})).json()
    # Who is also at the intake keeps the visits, and could register before.
    assert (seen["gain"], seen["lose"]) == (1, 1)
    assert [(c["new"], c["gain"], c["lose"]) for c in seen["changes"]] == [
        (True, 1, 0),
        (False, 0, 1),
    ]
    changed = await put(admin, taken, given)
    assert changed.status_code == 200
    assert "LEAD_OFFICER" not in held(changed, "visits.read")
    assert (await lead.get("/api/v1/visits")).status_code == 403
    assert (await both.get("/api/v1/visits")).status_code == 200
    assert "cases.intake" in (await lead.get("/api/v1/people/me")).json()["permissions"]
    assert (await put(admin, taken, version=0)).status_code == 412
    past = (await admin.get(f"{API}/history")).json()["items"]
    assert [(p["who"], len(p["changes"])) for p in past] == [("이관리 주무관", 2)]
    back = await put(admin, ("LEAD_OFFICER", "visits.read", None), (*given[:2], None))
    assert "LEAD_OFFICER" in held(back, "visits.read")
    assert (await lead.get("/api/v1/visits")).status_code == 200
    assert "cases.intake" not in (await lead.get("/api/v1/people/me")).json()["permissions"]


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        (("TENANT_ADMIN", "people.manage", False), 409),
        (("LEAD_OFFICER", "people.self", False), 409),
        (("EXPERT", "cases.read", True), 422),
        (("LEAD_OFFICER", "no.such", True), 422),
    ],
)
async def test_what_cannot_be_changed_is_refused(web: Web, people: People, cell, status: int):
    admin = web.api(await people.officer("TENANT_ADMIN"))
    refused = await put(admin, cell)
    assert refused.status_code == status
    assert refused.json().get("errors") or "늘" in refused.text or "누구나" in refused.text
    assert (await admin.get(API)).status_code == 200


async def test_the_page_previews_saves_and_restores(web: Web, people: People):
    admin = web.browser(await people.officer("TENANT_ADMIN", name="이관리"))
    lead = await people.officer("LEAD_OFFICER")
    assert (await web.browser(lead).get(PAGE)).status_code == 403

    def fields(text: str) -> dict[str, object]:
        boxes = re.findall(r'name="right" value="([^"]+)" checked', text)
        marks = dict(re.findall(r'name="(_mark|_seen)" value="([^"]*)"', text))
        return {"right": boxes, **marks}

    first = fields((await admin.get(PAGE)).text)
    assert "LEAD_OFFICER:visits.read" in first["right"]
    assert "TENANT_ADMIN:people.manage" not in first["right"]  # shown, but not sent
    less = [b for b in first["right"] if b != "LEAD_OFFICER:visits.read"]
    seen = await admin.post(PAGE, {**first, "right": less, "_act": "preview"})
    assert "이렇게 바뀝니다" in seen.text
    assert "줄어드는 직원 <b>1명</b>" in seen.text
    shown = fields(seen.text)
    assert shown["right"] == less
    other = [b for b in less if b != "LEAD_OFFICER:visits.record"]
    again = await admin.post(PAGE, {**shown, "right": other, "_act": "save"})
    assert "다시 보여 드립니다" in again.text
    saved = await admin.post(PAGE, {**shown, "_act": "save"})
    assert saved.status_code == 303
    assert (await web.browser(lead).get("/office/visits")).status_code == 403
    stale = await admin.post(PAGE, {**shown, "_act": "save"})
    assert stale.status_code == 412
    log = (await admin.get(f"{PAGE}/history")).text
    assert "이관리 주무관" in log
    change = re.search(r'name="change" value="([^"]+)"', log)
    restored = await admin.post(f"{PAGE}/restore", {"change": change[1] if change else ""})
    assert fields(restored.text)["right"] == first["right"]
    assert (await admin.post(PAGE, {**fields(restored.text), "_act": "save"})).status_code == 303
    assert (await web.browser(lead).get("/office/visits")).status_code == 200
    assert "지금과 같습니다" in (await admin.post(f"{PAGE}/restore", {})).text
