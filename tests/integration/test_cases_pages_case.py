"""One case on its page: acts, notices, what is refused, and who does not see it."""

import re
from dataclasses import dataclass

import pytest

from sinmungo.app import Runtime
from sinmungo.cases import service
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant


@dataclass
class Scene:
    """A registered case, and who works on it."""

    path: str
    clerk: Browser
    lead: Browser
    officer: Officer

    async def act(self, who: Browser, name: str, **fields: str) -> str:
        """Do an act with the page's own row version and return the page it leads to."""
        version = await shown_version(who, self.path)
        response = await who.post(f"{self.path}/{name}", {"row_version": version, **fields})
        assert response.status_code == 303, response.text
        return (await who.get(response.headers["location"])).text


async def shown_version(who: Browser, path: str) -> str:
    found = re.search(r'name="row_version" value="(\d+)"', (await who.get(path)).text)
    assert found
    return found[1]


@pytest.fixture
async def scene(web: Web, people: People, runtime: Runtime, city: Tenant) -> Scene:
    clerk = await people.officer("INTAKE_OFFICER", name="최지우")
    lead = await people.officer("LEAD_OFFICER", name="박도윤")
    row = IntakeRow(category="INFRA", content="진입도로 폭이 좁습니다.\n넓혀 주세요.")
    async with runtime.work.open(city) as ctx:
        made = await service.register(
            ctx,
            Intake(company_name="㈜가온정밀", caller="한서윤", phone="010-2345-6789", rows=[row]),
        )
    return Scene(f"/office/cases/{made[0].id}", web.browser(clerk), web.browser(lead), lead)


async def assigned(scene: Scene) -> None:
    place = f"{scene.officer.unit_id}:{scene.officer.id}"
    page = await scene.act(scene.clerk, "assign", place=place)
    assert "배정했습니다." in page
    assert "박도윤 주무관" in page


async def test_from_assignment_to_closing(scene: Scene):
    await assigned(scene)
    page = (await scene.lead.get(scene.path)).text
    assert "한서윤" in page
    assert "진입도로 폭이 좁습니다.\n넓혀 주세요." in page
    page = await scene.act(scene.lead, "review")
    assert "검토를 시작했습니다." in page
    answer = {"text": "우회로를 열었습니다.", "disposition": "ACCEPTED", "implementation": "DONE"}
    page = await scene.act(scene.lead, "answer", **answer)
    assert "답변했습니다." in page
    assert "우회로를 열었습니다." in page
    page = await scene.act(scene.lead, "close", reason="ANSWERED")
    assert "종결했습니다." in page
    assert "<form" not in page.split('id="main"')[1]
    order = ["접수", "배정", "검토 시작", "답변", "종결"]
    places = [page.rindex(f"<b>{title}</b>") for title in order]
    assert places == sorted(places, reverse=True)


async def test_only_possible_acts_are_offered(scene: Scene):
    page = (await scene.clerk.get(scene.path)).text
    assert "act-assign" in page
    for later in ("act-review", "act-answer", "act-close", "act-bounce"):
        assert later not in page
    await assigned(scene)
    page = (await scene.lead.get(scene.path)).text
    assert "act-assign" not in page
    assert "act-bounce" in page


async def test_not_ours(scene: Scene):
    await assigned(scene)
    version = await shown_version(scene.lead, scene.path)
    empty = await scene.lead.post(f"{scene.path}/bounce", {"row_version": version, "reason": ""})
    assert empty.status_code == 422
    assert 'id="f-reason-error"' in empty.text
    page = await scene.act(scene.lead, "bounce", reason="도로과 소관입니다.")
    assert "접수담당에게 돌려보냈습니다." in page
    assert "<h1>내 업무</h1>" in page
    assert (await scene.lead.get(scene.path)).status_code == 404
    assert "도로과 소관입니다." in (await scene.clerk.get(scene.path)).text


async def test_an_answer_with_errors_keeps_its_text(scene: Scene):
    await assigned(scene)
    await scene.act(scene.lead, "review")
    version = await shown_version(scene.lead, scene.path)
    typed = {"row_version": version, "text": "대표 900101-1234567 님께", "disposition": ""}
    response = await scene.lead.post(f"{scene.path}/answer", typed)
    assert response.status_code == 422
    assert "대표 900101-1234567 님께" in response.text
    assert 'id="f-text-error"' in response.text
    assert 'id="f-disposition-error"' in response.text


async def test_a_stale_answer_is_kept_and_can_be_sent_again(scene: Scene):
    await assigned(scene)
    await scene.act(scene.lead, "review")
    typed = {
        "row_version": "1",
        "text": "우회로를 열었습니다.",
        "disposition": "ACCEPTED",
        "implementation": "DONE",
    }
    response = await scene.lead.post(f"{scene.path}/answer", typed)
    assert response.status_code == 412
    assert "다른 사람이 먼저 고쳤습니다." in response.text
    assert "우회로를 열었습니다.</textarea>" in response.text
    fresh = re.search(r'name="row_version" value="(\d+)"', response.text)
    assert fresh
    again = await scene.lead.post(f"{scene.path}/answer", {**typed, "row_version": fresh[1]})
    assert again.status_code == 303


async def test_what_cannot_be_done_any_more_is_shown_for_copying(scene: Scene):
    await assigned(scene)
    version = await shown_version(scene.lead, scene.path)
    await scene.act(scene.lead, "review")
    late = {"row_version": version, "reason": "도로과에서 볼 일입니다."}
    response = await scene.lead.post(f"{scene.path}/bounce", late)
    assert response.status_code == 412
    assert "저장하지 못한 내용" in response.text
    assert "도로과에서 볼 일입니다." in response.text


async def test_an_act_out_of_turn_is_refused_in_words(scene: Scene):
    version = await shown_version(scene.clerk, scene.path)
    response = await scene.clerk.post(f"{scene.path}/review", {"row_version": version})
    assert response.status_code == 409
    assert "지금 상태(접수)에서는 검토 시작할 수 없습니다." in response.text


async def test_a_case_of_others_is_not_there(scene: Scene, web: Web, people: People):
    stranger = web.browser(await people.officer("LEAD_OFFICER", unit="도로과"))
    assert (await stranger.get(scene.path)).status_code == 404
    posted = await stranger.post(f"{scene.path}/review", {"row_version": "1"})
    assert posted.status_code == 404
    assert (await scene.clerk.get(f"{scene.path[:-4]}0000")).status_code == 404


async def test_permissions_of_acts(scene: Scene, web: Web, people: People):
    auditor = web.browser(await people.officer("AUDITOR"))
    page = await auditor.get(scene.path)
    assert page.status_code == 200
    assert "act-assign" not in page.text
    for act in ("assign", "bounce", "review", "answer", "close"):
        assert (await auditor.post(f"{scene.path}/{act}", {"row_version": "1"})).status_code == 403


async def test_the_address_of_an_act_leads_back(scene: Scene):
    back = await scene.clerk.get(f"{scene.path}/assign")
    assert (back.status_code, back.headers["location"]) == (303, scene.path)
    assert (await scene.clerk.get(f"{scene.path}/nonsense")).status_code == 404


async def test_assign_without_a_place(scene: Scene):
    version = await shown_version(scene.clerk, scene.path)
    for place in ("", "nonsense"):
        typed = {"row_version": version, "place": place}
        response = await scene.clerk.post(f"{scene.path}/assign", typed)
        assert response.status_code == 422
        assert 'id="f-place-error"' in response.text
