"""B3: one or many companies to the next officer, with history and one mail."""

from email import message_from_bytes, policy

import pytest

HOME = "/office/bucheon/project100"


@pytest.fixture
def mails(runtime):
    folder = runtime.settings.data_path / "mail"
    before = set(folder.glob("*.eml"))

    def new():
        found = sorted(set(folder.glob("*.eml")) - before)
        return [message_from_bytes(f.read_bytes(), policy=policy.default) for f in found]

    return new


@pytest.fixture
async def three(project, make_company):
    round_id = await project.open_round()
    names = ("㈜가람", "㈜나래", "㈜다솜")
    return [await project.enrol(round_id, await make_company(name=n)) for n in names]


async def hand_over(project, rows, officer_id, **more):
    picks = [{"id": r["id"], "row_version": r["row_version"]} for r in rows]
    body = {"items": picks, "officer_id": str(officer_id), **more}
    return await project.api.post(f"{project.path}/handover", json=body)


async def test_many_go_in_one_act_with_one_mail(project, people, three, drain, mails, web):
    after = await people.officer("DEDICATED_OFFICER", name="남도윤", email="nam@example.com")
    done = await hand_over(project, three[:2], after.id, reason="인사이동")
    assert done.json() == {"companies": 2}
    assert await drain() == 1
    mail = mails()[0]
    assert mail["To"] == "nam@example.com"
    text = mail.get_content()
    assert "2개사의 전담관" in text
    assert "㈜가람" in text
    assert "㈜나래" in text
    assert "㈜다솜" not in text
    assert "남도윤" not in text
    rows = await project.rows(three[0]["round_id"], officer_id=str(after.id))
    assert [r["company_name"] for r in rows] == ["㈜가람", "㈜나래"]
    page = (await web.browser(after).get(f"{HOME}/{three[0]['id']}")).text
    assert "서가람 팀장 → 남도윤 주무관" in page
    assert "인사이동" in page


async def test_all_or_none(project, people, three):
    after = await people.officer("DEDICATED_OFFICER")
    stale = [three[0], {**three[1], "row_version": 9}]
    assert (await hand_over(project, stale, after.id)).status_code == 412
    assert (await hand_over(project, [], after.id)).status_code == 422
    same = await hand_over(project, three, project.officer.id)
    assert "officer_id" in same.json()["errors"]
    held = await project.rows(three[0]["round_id"], officer_id=str(project.officer.id))
    assert len(held) == 3


async def test_no_mail_to_oneself_nor_without_an_address(project, people, three, drain, mails, web):
    silent = await people.officer("DEDICATED_OFFICER", name="남도윤")
    browser = web.browser(project.officer)
    path = f"{HOME}/{three[0]['id']}"
    done = await browser.post(f"{path}/officer", {"officer_id": str(silent.id), "row_version": "1"})
    assert done.status_code == 303
    assert "이메일이 없어" in (await browser.get(path)).text
    await browser.post(
        f"{path}/officer", {"officer_id": str(project.officer.id), "row_version": "2"}
    )
    await drain()
    assert mails() == []


async def test_a_mail_names_only_what_is_still_ones_own(project, people, three, drain, mails):
    first = await people.officer("DEDICATED_OFFICER", email="one@example.com")
    second = await people.officer("DEDICATED_OFFICER", email="two@example.com")
    await hand_over(project, three, first.id)
    for row in three:
        row["row_version"] += 1
    await hand_over(project, three[:1], second.id)
    await drain()
    found = {m["To"]: m.get_content() for m in mails()}
    assert "2개사" in found["one@example.com"]
    assert "㈜가람" not in found["one@example.com"]
    assert "㈜가람" in found["two@example.com"]


async def test_the_page_hands_over_what_is_ticked(project, people, three, web):
    after = await people.officer("DEDICATED_OFFICER", name="남도윤")
    browser = web.browser(project.officer)
    former = str(project.officer.id)
    page = (await browser.get(f"{HOME}/handover?former={former}")).text
    assert page.count('-pick"') == 3
    form = {"former": former, "officer_id": str(after.id), "reason": "인사이동"}
    for n, row in enumerate(three):
        form[f"rows-{n}-version"] = "1"
        if n != 1:
            form[f"rows-{n}-pick"] = row["id"]
    nobody = await browser.post(
        f"{HOME}/handover", {"former": former, "officer_id": form["officer_id"]}
    )
    assert nobody.status_code == 422
    assert "넘길 업체를 골라" in nobody.text
    done = await browser.post(f"{HOME}/handover", form)
    assert done.status_code == 303
    board = (await browser.get(done.headers["location"])).text
    assert "㈜가람" in board
    assert "㈜나래" not in board
