"""B1 to B3 as a program meets them."""

from datetime import datetime

from sinmungo.sdk import clock


async def test_b1_fifty_on_the_selection_day(project, make_company):
    round_id = await project.open_round()
    few, enough = await make_company("49"), await make_company("50")
    refused = await project.try_enrol(round_id, few)
    assert refused.status_code == 422
    said = refused.json()["errors"]["company_id"]
    assert "49명" in said
    assert "50명 이상" in said
    assert "2026. 3. 2.(월)" in said
    assert (await project.enrol(round_id, enough))["status"] == "ACTIVE"
    assert [r["company_id"] for r in await project.rows(round_id)] == [str(enough)]


async def test_b1_counts_only_a_head_count_of_that_time(project, make_company):
    round_id = await project.open_round()
    same_day = await make_company("50", on="2026-03-02")
    later = await make_company("120", on="2026-03-03")
    unknown = await make_company("")
    assert (await project.enrol(round_id, same_day))["employees_on"] == "2026-03-02"
    said = (await project.try_enrol(round_id, later)).json()["errors"]["company_id"]
    assert "2026. 3. 3.(화)" in said
    assert "2026. 3. 2.(월)" in said
    said = (await project.try_enrol(round_id, unknown)).json()["errors"]["company_id"]
    assert "종업원 수가 없습니다" in said
    assert "2026. 3. 2.(월)" in said


async def test_b1_least_head_count_is_the_rounds_own(project, make_company):
    round_id = await project.open_round(min_employees=30)
    company = await make_company("30")
    assert (await project.enrol(round_id, company))["status"] == "ACTIVE"


async def test_usual_figures_come_from_the_city(project, city, runtime):
    from sinmungo.sdk import set_setting

    rounds = f"{project.path}/rounds"
    await project.open_round(name="보통")
    assert (await project.api.get(rounds)).json()[0]["capacity"] == 100
    assert (await project.api.get(rounds)).json()[0]["min_employees"] == 50
    async with runtime.work.open(city) as ctx:
        await set_setting(ctx, "bucheon.project100_capacity", 30)
    await project.open_round(name="작은 회차", selected_on="2026-04-01")
    assert (await project.api.get(rounds)).json()[0]["capacity"] == 30


async def test_b2_the_one_after_the_last_seat_waits(project, make_company):
    round_id = await project.open_round(capacity=2)
    made = [await project.enrol(round_id, await make_company()) for _ in range(4)]
    assert [m["status"] for m in made] == ["ACTIVE", "ACTIVE", "WAITING", "WAITING"]
    assert [m["waits_at"] for m in made] == [0, 0, 1, 2]


async def test_b2_first_waiting_moves_up_and_nobody_passes(project, make_company):
    round_id = await project.open_round(capacity=1)
    first, second, third = [await project.enrol(round_id, await make_company()) for _ in range(3)]
    early = await project.act(second, "promote")
    assert early.status_code == 409
    assert "찼습니다" in early.json()["title"]
    assert (await project.act(first, "end", reason="WITHDREW")).status_code == 200
    passing = await project.act(third, "promote")
    assert passing.status_code == 409
    assert "1곳" in passing.json()["title"]
    # A free seat belongs to who waits, so a new applicant cannot take it either.
    fourth = await project.enrol(round_id, await make_company())
    assert (fourth["status"], fourth["waits_at"]) == ("WAITING", 3)
    moved = await project.act(second, "promote")
    assert moved.status_code == 200
    assert moved.json()["status"] == "ACTIVE"
    assert (await project.get(third))["waits_at"] == 1


async def test_one_who_left_the_waiting_list_frees_the_place(project, make_company):
    round_id = await project.open_round(capacity=1)
    _, second, third = [await project.enrol(round_id, await make_company()) for _ in range(3)]
    assert (await project.act(second, "end", reason="MOVED_OUT")).status_code == 200
    assert (await project.get(third))["waits_at"] == 1


async def test_a_company_is_open_once(project, make_company):
    this_year = await project.open_round()
    next_year = await project.open_round(name="다음 회차", selected_on="2026-09-01")
    company = await make_company()
    row = await project.enrol(this_year, company)
    again = await project.try_enrol(next_year, company)
    assert again.status_code == 422
    assert "2026년 유망기업 100" in again.json()["errors"]["company_id"]
    await project.act(row, "end", reason="WITHDREW")
    assert (await project.enrol(next_year, company))["apply_no"] == 1


async def test_b3_hand_over_keeps_history(project, make_company, people, web):
    after = await people.officer("DEDICATED_OFFICER", name="남도윤")
    round_id = await project.open_round()
    row = await project.enrol(round_id, await make_company())
    with clock.frozen(datetime.fromisoformat("2026-05-06T09:00+09:00")):
        same = await project.act(row, "officer", officer_id=str(project.officer.id))
        assert same.status_code == 422
        changed = await project.act(row, "officer", officer_id=str(after.id), reason="인사이동")
    assert changed.status_code == 200
    assert changed.json()["officer"] == "남도윤 주무관"
    page = (await web.browser(after).get(f"/office/bucheon/project100/{row['id']}")).text
    assert "남도윤 주무관" in page
    assert "서가람 팀장" in page
    assert "2026. 3. 3.(화)" in page
    assert "2026. 5. 6.(수)" in page
    assert "인사이동" in page
    mine = await project.rows(round_id, officer_id=str(after.id))
    assert [r["id"] for r in mine] == [row["id"]]
    assert await project.rows(round_id, officer_id=str(project.officer.id)) == []


async def test_an_officer_may_hold_several_but_must_work_here(project, make_company):
    round_id = await project.open_round()
    for _ in range(3):
        await project.enrol(round_id, await make_company())
    assert len(await project.rows(round_id, officer_id=str(project.officer.id))) == 3
    nobody = await project.try_enrol(round_id, await make_company(), officer_id=round_id)
    assert nobody.status_code == 422
    assert "officer_id" in nobody.json()["errors"]


async def test_ending_needs_a_reason_and_other_a_note(project, make_company):
    round_id = await project.open_round()
    row = await project.enrol(round_id, await make_company())
    assert (await project.act(row, "end", reason="BORED")).status_code == 422
    assert (await project.act(row, "end", reason="OTHER")).status_code == 422
    number = await project.act(row, "end", reason="OTHER", note="대표 900101-1234567")
    assert "주민등록번호" in number.json()["errors"]["note"]
    ended = await project.act(row, "end", reason="OTHER", note="합병")
    assert ended.json()["end_note"] == "합병"
    twice = await project.act(ended.json(), "end", reason="WITHDREW")
    assert twice.status_code == 409


async def test_changes_name_the_version_they_were_made_on(project, make_company):
    round_id = await project.open_round()
    row = await project.enrol(round_id, await make_company())
    path = f"{project.path}/{row['id']}"
    assert (await project.api.get(path)).headers["etag"] == '"1"'
    unread = await project.api.post(f"{path}/end", json={"reason": "WITHDREW"})
    assert unread.status_code == 428
    stale = await project.act({**row, "row_version": 7}, "end", reason="WITHDREW")
    assert stale.status_code == 412


async def test_closing_a_round_ends_everyone_in_it(project, make_company):
    round_id = await project.open_round(capacity=1)
    rows = [await project.enrol(round_id, await make_company()) for _ in range(2)]
    closed = await project.api.post(
        f"{project.path}/rounds/{round_id}/close", headers={"if-match": '"1"'}
    )
    assert closed.status_code == 200
    assert closed.json()["closed_on"]
    assert {(await project.get(r))["end_reason"] for r in rows} == {"ROUND_ENDED"}
    late = await project.try_enrol(round_id, await make_company())
    assert "마감" in late.json()["errors"]["company_id"]


async def test_one_create_per_idempotency_key(project, make_company):
    round_id = await project.open_round()
    body = {
        "round_id": round_id,
        "company_id": str(await make_company()),
        "officer_id": str(project.officer.id),
    }
    sent = [
        await project.api.post(project.path, json=body, headers={"idempotency-key": "abc"})
        for _ in range(2)
    ]
    assert [r.status_code for r in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
    assert len(await project.rows(round_id)) == 1


async def test_cursor_pages(project, make_company):
    from sinmungo_bucheon.project100 import api

    round_id = await project.open_round()
    for _ in range(3):
        await project.enrol(round_id, await make_company())
    whole, api.PAGE = api.PAGE, 2
    try:
        first = (await project.api.get(project.path)).json()
        rest = (await project.api.get(project.path, params={"cursor": first["next"]})).json()
    finally:
        api.PAGE = whole
    assert [r["apply_no"] for r in first["items"] + rest["items"]] == [1, 2, 3]
    assert rest["next"] is None
