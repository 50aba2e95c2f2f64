"""Asked by mail after an answer, answered once by a link, counted so that no one is told apart."""

import io
import re
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases import service as cases
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.host.city_settings import set_setting
from sinmungo.host.context import Ctx, Work
from sinmungo.host.models import events
from sinmungo.jobs.worker import Worker
from sinmungo.surveys import service
from sinmungo.surveys.models import survey_answers, survey_requests
from sinmungo.testing.cases import BareCases
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read

AT = datetime.fromisoformat("2026-11-02T10:00:00+09:00")
LINK = re.compile(r"http://[^/\s]+(/surveys/[\w-]+)")
GOOD = {"speed": "5", "kindness": "4", "result": "3"}


class Kept(msgspec.Struct):
    """All that is stored of an answer."""

    id: UUID
    answered_on: date
    unit_id: UUID | None
    category: str
    speed: int | None
    kindness: int | None
    result: int | None
    comment: str | None


class Told(msgspec.Struct):
    subject_id: UUID
    payload: dict[str, Any]


_ANSWERS = read(select(*survey_answers.c), Kept)
_ASKED = read(select(survey_requests.c.answered).order_by(survey_requests.c.id), bool)
_EVENT = read(
    select(events.c.subject_id, events.c.payload).where(events.c.kind == "surveys.answered"), Told
)


@pytest.fixture(autouse=True)
def _monday():
    with clock.frozen(AT):
        yield


@pytest.fixture
async def city(make_city: Any) -> Tenant:
    made: Tenant = await make_city(plugins=("surveys",))
    return made


async def mails(runtime: Runtime, city: Tenant, folder: Path) -> list[tuple[str, str]]:
    """Let the worker do all that is due; return subject and text of what it sent."""
    settings = msgspec.structs.replace(runtime.settings, smtp_host="", data=str(folder))
    w = runtime.work
    await Worker(Work(w.doors, w.keyring, w.host, w.wake, settings), runtime.registry).drain(city)
    found = sorted((folder / "mail").glob("*.eml")) if (folder / "mail").is_dir() else []
    read_in = [message_from_bytes(f.read_bytes(), policy=policy.default) for f in found]
    for file in found:
        file.unlink()
    return [(str(m["Subject"]), m.get_content()) for m in read_in]


def settled(unit: UUID, **changes: Any) -> Intake:
    row = IntakeRow(category="FUNDS", content="신규 설비 자금이 부족합니다")
    given = {"company_name": "가온정밀", "email": "caller@example.com", "rows": [row]} | changes
    return Intake(**given, then="CLOSE", answer="안내했습니다", lead_unit_id=unit)


async def test_asked_after_the_answer_and_answered_once(
    web: Web, people: People, runtime: Runtime, city: Tenant, tmp_path: Path
):
    unit, officer = await people.unit(), await people.officer("INTAKE_OFFICER", name="이보람")
    made = await web.api(officer).post(
        "/api/v1/cases", json=msgspec.to_builtins(settled(unit, officer_id=officer.id))
    )
    assert made.status_code == 201, made.text
    sent = await mails(runtime, city, tmp_path)
    subject, text = next(m for m in sent if "만족하셨습니까" in m[0])
    assert "담당 기업지원과 이보람 주무관 02-0000-1000" in text
    assert "2026. 11. 16.(월)까지" in text
    assert "TS-2026-000001" in text
    assert not {"설비", "가온정밀"} & set((subject + text).split())
    path = LINK.findall(text)[0]

    anyone = web.anyone()
    shown = await anyone.get(path)
    assert "담당자가 친절했습니까?" in shown.text
    for wrong in ({"speed": "5"}, GOOD | {"result": "6"}, GOOD | {"comment": "900101-1234568"}):
        refused = await anyone.post(path, wrong)
        assert refused.status_code == 422
        assert 'value="5" checked' in refused.text
    thanks = await anyone.post(path, GOOD | {"comment": "고맙습니다"})
    assert "고맙습니다" in thanks.text
    for again in (await anyone.get(path), await anyone.post(path, GOOD)):
        assert again.status_code == 404
        assert "이미 답하셨거나" in again.text
    code = path.rpartition("/")[2]
    body = {"code": code, "speed": 1, "kindness": 1, "result": 1}
    assert (await web.anyone().client.post("/api/v1/surveys/answers", json=body)).status_code == 404

    async with runtime.work.open(city) as ctx:
        (answer,) = await ctx.db.all(_ANSWERS)
        (event,) = await ctx.db.all(_EVENT)
        assert await ctx.db.all(_ASKED) == [True]
    case_id = made.json()["items"][0]["id"]
    assert answer == Kept(answer.id, AT.date(), unit, "FUNDS", 5, 4, 3, "고맙습니다")
    assert answer.id.version == 4  # tells no moment
    assert (event.payload, event.subject_id in {answer.id, UUID(case_id)}) == ({}, False)


async def test_whom_it_asks(
    web: Web, people: People, runtime: Runtime, city: Tenant, tmp_path: Path
):
    unit = await people.unit()

    async def asked_after(**changes: Any) -> int:
        async with runtime.work.open(city) as ctx:
            await cases.register(ctx, settled(unit, **changes))
        return sum("만족" in subject for subject, _ in await mails(runtime, city, tmp_path))

    assert await asked_after(email=None) == 0
    assert await asked_after(rows=[settled(unit).rows[0]] * 3) == 1
    assert await asked_after() == 0
    with clock.frozen(AT + timedelta(days=8)):
        assert await asked_after() == 1
    admin = web.browser(await people.officer("TENANT_ADMIN"))
    page = await admin.get("/admin/settings/surveys")
    assert "담당자가 친절했습니까?" in page.text
    async with runtime.work.open(city) as ctx:
        await set_setting(ctx, "surveys.on", value=False)
    assert await asked_after(company_name="나나정밀") == 0


async def test_a_link_ends(web: Web, runtime: Runtime, city: Tenant):
    async with runtime.work.open(city) as ctx:
        bare = await BareCases.prepare(ctx)
        case = await bare.add(ctx, AT, answered_at=AT)
        code = await service.make_request(ctx, case, await service.survey_of(ctx))
        before = msgspec.to_builtins((await service.survey_of(ctx)).items)
        items = [{**item, "asked": item["code"] != "KINDNESS"} for item in before]
        await set_setting(ctx, "surveys.items", items)
    with clock.frozen(AT + timedelta(days=14)):
        page = await web.anyone().get(f"/surveys/{code}")
        assert page.status_code == 200
        assert "처리가 빨랐습니까?" in page.text
        assert "담당자가 친절했습니까?" not in page.text  # the city does not ask it
    with clock.frozen(AT + timedelta(days=15)):
        assert (await web.anyone().get(f"/surveys/{code}")).status_code == 404


async def _answers(ctx: Ctx, bare: BareCases, unit: UUID, points: list[int], asked: int) -> None:
    """Ask about so many cases of a unit; the first of them answer with these points."""
    survey = await service.survey_of(ctx)
    for number in range(asked):
        case = await bare.add(ctx, AT, answered_at=AT, lead_unit_id=unit)
        code = await service.make_request(ctx, case, survey)
        if number < len(points):
            given = {"speed": points[number], "kindness": 5, "result": 4}
            await service.answer(ctx, code, given, f"의견 {points[number]}")


async def test_scores_are_weighted_and_tell_no_one_apart(
    web: Web, people: People, runtime: Runtime, city: Tenant
):
    here, there = await people.unit(), await people.unit("도로과")
    api = web.api(await people.officer("INTAKE_OFFICER"))
    leader = await people.officer("TEAM_LEADER")
    head = web.api(leader)

    async def table(name: str) -> dict[str, dict[str, Any]]:
        found = (await api.get(f"/api/v1/reporting/{name}")).json()
        lines = [found["total"], *found["lines"]]
        return {x["title"]: {c["column"]: c for c in x["cells"]} for x in lines}

    async with runtime.work.open(city) as ctx:
        bare = await BareCases.prepare(ctx)
        await _answers(ctx, bare, there, [1, 2], asked=3)
    small = await table("satisfaction")
    assert (small["계"]["answers"]["value"], small["계"]["score"]["value"]) == (2, None)
    assert small["계"]["score"]["hidden"]
    kept_back = (await head.get("/api/v1/surveys/opinions")).json()
    assert (kept_back["answers"], kept_back["hidden"], kept_back["items"]) == (2, True, [])

    async with runtime.work.open(city) as ctx:
        await _answers(ctx, bare, here, [5, 5, 4, 5, 5, 5], asked=7)
    scores = await table("satisfaction")
    whole = scores["계"]
    assert [whole[c]["value"] for c in ("answers", "speed", "kindness", "result", "score")] == [
        8,
        80.0,  # 32 points of 40
        100.0,
        80.0,
        86.7,  # 104 points of 120: no average of averages
    ]
    for unit in ("도로과", "기업지원과"):  # with one of them the other could be worked out
        assert scores[unit]["score"]["hidden"]
        assert scores[unit]["score"]["value"] is None
    desk = web.browser(leader)
    # Hidden scores have no bar, and nothing in the picture leads to who said what.
    chart = (await desk.get("/office/reporting/satisfaction")).text.partition('id="report-chart"')[
        2
    ]
    assert chart == ""
    file = await desk.get("/office/reporting/satisfaction/table.xlsx")
    rows = load_workbook(io.BytesIO(file.content)).active.values
    lines = {row[0]: row[1:] for row in rows}
    assert lines["계"][:1] + lines["계"][3:7] == (8, 86.7, 80, 100, 80)
    assert lines["도로과"][3:7] == lines["기업지원과"][3:7] == ("가림",) * 4
    async with runtime.work.open(city) as ctx:
        await _answers(ctx, bare, there, [3, 3, 3], asked=3)
    assert (await table("satisfaction"))["도로과"]["speed"]["value"] == 48.0
    for name, words in (("satisfaction", "도로과 만족도(점) "), ("surveys", "도로과 회수 5건")):
        page = (await desk.get(f"/office/reporting/{name}")).text
        chart = page.partition('id="report-chart"')[2].partition("</figure>")[0]
        assert words in chart
        assert "<a " not in chart

    sent = await table("surveys")
    assert [sent["계"][c]["value"] for c in ("asked", "answered", "silent", "rate")] == [
        13,
        11,
        2,
        84.6,
    ]
    assert sent["계"]["asked"]["rows"]
    assert not sent["계"]["answered"]["rows"]
    for closed in ("surveys/rows?measure=answered", "satisfaction/rows?measure=score"):
        assert (await api.get(f"/api/v1/reporting/{closed}")).status_code == 409

    written = (await head.get("/api/v1/surveys/opinions?year=2026")).json()["items"]
    assert sorted(x["text"] for x in written)[:2] == ["의견 1", "의견 2"]
    assert {tuple(x) for x in written} == {("month", "text")}
    assert (await api.get("/api/v1/surveys/opinions")).status_code == 403
    page = await desk.get("/office/surveys")
    assert "11월 (11건)" in page.text
    file = await desk.get("/office/surveys/file/csv?year=2026")
    assert sum("의견" in line for line in file.text.splitlines()[1:]) >= len(written)
