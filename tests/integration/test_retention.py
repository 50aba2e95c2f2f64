"""After its time a person is gone from everywhere, the count stays, and a proof names nobody."""

import io
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import psycopg
import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases.models import cases, submissions
from sinmungo.companies.models import contacts
from sinmungo.host.access_log import note_access
from sinmungo.host.models import access_log
from sinmungo.jobs.worker import Worker
from sinmungo.retention import logs
from sinmungo.retention import service as retention
from sinmungo.retention.models import destructions, mask_runs
from sinmungo.retention.proving import Deed
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read
from sinmungo_tenants.names import schema_of

API = "/api/v1/retention"
PAGE = "/admin/retention"
SETTING = "/api/v1/settings/retention"
THEN = datetime.fromisoformat("2026-11-02T10:00:00+09:00")
LAST_DAY = datetime.fromisoformat("2031-12-31T23:00:00+09:00")
NIGHT = datetime.fromisoformat("2032-01-01T02:10:00+09:00")
NAME, PHONE, MAIL = "한서윤", "010-2345-6789", "han.sy@example.com"
FILING = {
    "company_name": "가온정밀",
    "caller": NAME,
    "phone": PHONE,
    "email": MAIL,
    "category": "FUNDS",
    "content": "신규 설비 자금이 부족합니다.",
    "consent": True,
}


class Masked(msgspec.Struct):
    caller_mask: str | None
    phone_mask: str | None
    email_mask: str | None


class Proof(msgspec.Struct):
    rule: str
    record_count: int
    years: int


_MASKS = read(
    select(cases.c.caller_mask, cases.c.phone_mask, cases.c.email_mask).order_by(cases.c.id), Masked
)
_PROOF = read(
    select(destructions.c.rule, destructions.c.record_count, destructions.c.years).order_by(
        destructions.c.rule
    ),
    Proof,
)


@pytest.fixture
async def admin(people: People) -> Officer:
    with clock.frozen(THEN):
        return await people.officer("TENANT_ADMIN", "INTAKE_OFFICER", "LEAD_OFFICER", name="정다올")


@pytest.fixture
def api(web: Web, admin: Officer) -> httpx.AsyncClient:
    return web.api(admin)


async def ok(answer: Awaitable[httpx.Response]) -> Any:
    got = await answer
    assert got.status_code < httpx.codes.BAD_REQUEST, got.text
    return got.json() if got.content else None


async def settled(api: httpx.AsyncClient, officer: Officer) -> str:
    """File as a company, register, answer and close; return the case's id."""
    filed = await ok(api.post("/api/v1/cases/submissions", json=FILING))
    waiting = await ok(api.get("/api/v1/cases/submissions"))
    mine = next(s for s in waiting["items"] if s["receipt_no"] == filed["receipt_no"])
    body = {
        "submission_id": mine["id"],
        "company_name": "가온정밀",
        "caller": NAME,
        "phone": PHONE,
        "email": MAIL,
        "rows": [{"category": "FUNDS", "content": FILING["content"]}],
    }
    made = await ok(api.post("/api/v1/cases", json=body))
    case = f"/api/v1/cases/{made['items'][0]['id']}"
    target = {"unit_id": str(officer.unit_id), "officer_id": str(officer.id)}
    answer = {"disposition": "ACCEPTED", "implementation": "DONE", "text": "지원했습니다."}
    await ok(api.post(f"{case}/assign", json=target, headers={"if-match": '"1"'}))
    await ok(api.post(f"{case}/review", headers={"if-match": '"2"'}))
    await ok(api.post(f"{case}/answer", json=answer, headers={"if-match": '"3"'}))
    await ok(api.post(f"{case}/close", json={"reason": "ANSWERED"}, headers={"if-match": '"4"'}))
    return str(made["items"][0]["id"])


async def counted(api: httpx.AsyncClient) -> dict[str, Any]:
    """Return the sums of the year's report of cases by measure."""
    ask = "dimension=category&from=2026-01-01&to=2026-12-31"
    table = await ok(api.get(f"/api/v1/reporting/cases?{ask}"))
    return {cell["column"]: cell.get("value") for cell in table["total"]["cells"]}


async def found(api: httpx.AsyncClient, words: str) -> int:
    return len((await ok(api.post("/api/v1/cases/search", json={"q": words})))["rows"])


def stored(dsn: str, city: Tenant) -> str:
    """Return every row of the city as an archive would copy it."""
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname = %s",
            (schema_of(city.id),),
        ).fetchall()
        rows: list[Any] = []
        for (name,) in tables:
            rows += connection.execute(f"SELECT t::text FROM {name} t".encode()).fetchall()
    return "\n".join(row[0] for row in rows)


def rows_of(file: httpx.Response) -> list[tuple[Any, ...]]:
    """Return the values of a workbook's first sheet."""
    return list(load_workbook(io.BytesIO(file.content)).active.values)


async def test_as15_after_retention_the_person_is_gone_and_the_count_unchanged(
    api: httpx.AsyncClient,
    web: Web,
    people: People,
    admin: Officer,
    runtime: Runtime,
    city: Tenant,
    deployment_dsn: str,
    drain: Callable[[], Awaitable[int]],
):
    worker = Worker(runtime.work, runtime.registry)
    with clock.frozen(THEN):
        case = await settled(api, admin)
        before = await counted(api)
        assert (before["received"], before["done"]) == (1, 1)
    async with runtime.work.open(city) as ctx:
        sealed = [
            *await ctx.db.all(read(select(cases.c.caller_sealed), bytes)),
            *await ctx.db.all(read(select(submissions.c.phone_sealed), bytes)),
        ]
        hashes = await ctx.db.all(read(select(cases.c.phone_hash), bytes))
    await by_night(api)
    with clock.frozen(LAST_DAY):
        lines = {line["code"]: line for line in (await ok(api.get(API)))["items"]}
        assert (lines["cases.person"]["due"], lines["cases.person"]["soon"]) == (0, 1)
        await worker.night()
        await drain()
        assert (await ok(api.get(f"/api/v1/cases/{case}")))["caller"] == NAME
        assert (await found(api, PHONE), await found(api, "설비")) == (1, 1)
    was = stored(deployment_dsn, city)
    assert [s for s in [*sealed, *hashes] if s.hex() not in was] == []

    with clock.frozen(NIGHT):
        await worker.night()
        await worker.night()  # another worker asks too
        await drain()
        seen = await ok(api.get(f"/api/v1/cases/{case}"))
        assert (seen["caller"], seen["phone"], seen["email"]) == ("", "", "")
        assert seen["content"] == FILING["content"]  # ten years, not five
        assert (await found(api, PHONE), await found(api, "6789")) == (0, 0)
        assert await counted(api) == before
        reader = web.browser(await people.officer("TENANT_ADMIN", name="오나라"))
        page = (await reader.get(f"/office/cases/{case}")).text
        assert NAME not in page
        asked = {"list": "received", "day_from": "2026-01-01", "reason": "감사", "kind": "xlsx"}
        taken = await reader.post("/office/cases/ledgers/file", asked)
        cells = {value for row in rows_of(taken) for value in row}
        assert "(파기)" in cells
        assert not cells & {"한*윤", "010-****-6789"}
        proof = (await reader.get(PAGE)).text
        assert "기업애로 신청인" in proof.split('id="proof"')[1]
        assert "밤에 저절로" in proof
        file = await reader.get(f"{PAGE}/proof/file/xlsx")
        (row,) = [r for r in rows_of(file) if r[0] == "기업애로 신청인"]
        assert (row[1], row[4], row[6]) == (1, 5, "밤에 저절로")
    async with runtime.work.open(city) as ctx:
        told = [p for p in await ctx.db.all(_PROOF) if p.rule.startswith("cases")]
    assert told == [Proof("cases.person", 1, 5)]
    rest = stored(deployment_dsn, city)
    assert [s for s in [*sealed, *hashes] if s.hex() in rest] == []
    assert not {NAME, "한*윤", "010-****-6789"} & set(rest.replace('"', ",").split(","))


async def by_night(api: httpx.AsyncClient) -> None:
    """Say as an admin that nights destroy."""
    tag = {"if-match": (await api.get(SETTING)).headers["etag"]}
    await ok(api.put(SETTING, json={"values": {"nightly": True}}, headers=tag))


async def test_no_night_destroys_before_an_admin_says_so(
    api: httpx.AsyncClient,
    web: Web,
    admin: Officer,
    runtime: Runtime,
    drain: Callable[[], Awaitable[int]],
):
    with clock.frozen(THEN):
        case = await settled(api, admin)
        assert "저절로 파기하지 <b>않습니다" in (await web.browser(admin).get(PAGE)).text
    for days, name in enumerate((NAME, "")):
        with clock.frozen(NIGHT + timedelta(days=days)):
            await Worker(runtime.work, runtime.registry).night()
            await drain()
            assert (await ok(api.get(f"/api/v1/cases/{case}")))["caller"] == name
        await by_night(api)


async def test_what_is_held_stays_until_it_is_released(
    api: httpx.AsyncClient,
    web: Web,
    people: People,
    admin: Officer,
    drain: Callable[[], Awaitable[int]],
):
    with clock.frozen(THEN):
        first, second = await settled(api, admin), await settled(api, admin)
    with clock.frozen(NIGHT):
        desk = web.browser(await people.officer("TENANT_ADMIN", name="오나라"))
        one = f"{PAGE}/of/cases.person"
        form = (await desk.get(f"{one}?record={first}")).text
        assert f'name="record_id" value="{first}"' in form
        assert (await desk.post(one, {"record_id": first, "reason": ""})).status_code == 422
        held = await desk.post(one, {"record_id": first, "reason": "소송 중"})
        assert held.status_code == 303
        assert (await desk.post(one, {"record_id": first, "reason": "또"})).status_code == 409
        assert "소송 중" in (await desk.get(PAGE)).text
        assert (await desk.post(f"{PAGE}/run")).status_code == 303
        assert (await desk.post(f"{PAGE}/run")).status_code == 409  # one at a time
        await drain()
        assert (await ok(api.get(f"/api/v1/cases/{first}")))["caller"] == NAME
        assert (await ok(api.get(f"/api/v1/cases/{second}")))["caller"] == ""
        (line,) = (await ok(api.get(f"{API}/holds")))["items"]
        await ok(api.delete(f"{API}/holds/{line['id']}", headers={"if-match": '"1"'}))
        await ok(api.post(f"{API}/runs"))
        await drain()
        assert (await ok(api.get(f"/api/v1/cases/{first}")))["caller"] == ""
        told = (await ok(api.get(f"{API}/destroyed")))["items"]
    assert [t["count"] for t in told if t["rule"] == "cases.person"] == [1, 1]


async def test_the_city_sets_years_within_the_law_and_texts_go_later(
    api: httpx.AsyncClient,
    admin: Officer,
    runtime: Runtime,
    city: Tenant,
    drain: Callable[[], Awaitable[int]],
):
    with clock.frozen(THEN):
        case = await settled(api, admin)
    now = await api.get(SETTING)
    etag = {"if-match": now.headers["etag"]}
    lines = now.json()["values"]["years"]
    wanted = {"cases.text": 3, "retention.access": 1}
    changed = [line | {"years": wanted.get(line["code"], line["years"])} for line in lines]
    short = [line | {"years": 0} if line["code"] == "cases.text" else line for line in lines]
    refused = await api.put(SETTING, json={"values": {"years": short}}, headers=etag)
    assert "3년보다 짧게" in refused.text
    await ok(api.put(SETTING, json={"values": {"years": changed}}, headers=etag))
    async with runtime.work.open(city) as ctx:
        with clock.frozen(THEN):
            await note_access(ctx, "VIEW", subject_kind="case")
    with clock.frozen(datetime.fromisoformat("2030-01-01T09:00:00+09:00")):
        await ok(api.post(f"{API}/runs"))
        await drain()
        seen = await ok(api.get(f"/api/v1/cases/{case}"))
        assert seen["caller"] == NAME  # five years
        assert seen["content"] == seen["answer"] == "(보존기간이 지나 파기했습니다.)"
        assert await found(api, "설비") == 0
    async with runtime.work.open(city) as ctx:
        oldest = await ctx.db.one(read(select(func.min(access_log.c.at)), datetime))
        told = [p.rule for p in await ctx.db.all(_PROOF)]
    assert oldest.year == 2030  # taken out by the migrator: the city's role may only add
    assert told == ["cases.text", "retention.access"]


async def test_no_line_of_a_log_goes_without_its_proof(
    city: Tenant, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
):
    """The migrator writes the proof in the transaction that takes the lines out."""

    async def dies(*_: Any) -> None:
        raise RuntimeError("the worker dies here")

    rule = next(r for r in runtime.host.retention_rules(city) if r.code == "retention.access")
    with clock.frozen(THEN):
        async with runtime.work.open(city) as ctx:
            for _ in range(3):
                await note_access(ctx, "VIEW", subject_kind="case")
    deed = Deed(clock.uuid7(), rule, 1, date(2030, 1, 1), None)
    monkeypatch.setattr(logs, "tell", dies)
    with pytest.raises(RuntimeError):
        async with runtime.work.open(city) as other:
            await logs.trim(other, deed)
    async with runtime.work.open(city) as after:
        assert await after.db.one(read(select(func.count()).select_from(access_log), int)) == 0
        (proof,) = [p for p in await retention.proofs(after) if p.run_id == deed.run_id]
    assert (proof.rule, proof.record_count, proof.ended_to.year) == ("retention.access", 3, 2029)


async def test_every_rule_runs_on_a_city_with_all_tables(make_city: Any, runtime: Runtime):
    """Each statement of each rule is one that PostgreSQL takes, also where nothing is due."""
    city = await make_city(plugins=tuple(runtime.host.plugins))
    async with runtime.work.open(city) as ctx:
        rules = ctx.host.retention_rules(city)
        assert {"cases.person", "companies.person", "visits.person", "experts.person"} <= {
            rule.code for rule in rules
        }
        for rule in rules:
            for erase in rule.erase:
                assert await ctx.db.run(erase, ids=[UUID(int=1)]) == 0, rule.code
            assert await retention.due(ctx, rule) == []
        assert [line.code for line in await retention.overview(ctx)] == [r.code for r in rules]


async def test_masks_follow_a_changed_rule_at_once_and_stored_ones_by_a_job(
    api: httpx.AsyncClient,
    admin: Officer,
    runtime: Runtime,
    city: Tenant,
    drain: Callable[[], Awaitable[int]],
):
    await settled(api, admin)
    path = "/api/v1/settings/masks"
    new = {"name": "FIRST", "phone": "HALVES", "email": "HOST"}
    shown = await ok(api.post(f"{path}/preview", json={"values": new}))
    assert "김**, 이*, 남***\n010-12**-**78" in shown["samples"][0]["text"]
    now = await api.get(path)
    etag = {"if-match": now.headers["etag"]}
    await ok(api.put(path, json={"values": new}, headers=etag))
    await settled(api, admin)
    usual = Masked("한*윤", "010-****-6789", "ha***@example.com")
    wanted = Masked("한**", "010-23**-**89", "***@example.com")
    fresh = runtime.registry.by_id(city.id)
    async with runtime.work.open(fresh) as ctx:
        assert await ctx.db.all(_MASKS) == [usual, wanted]
    with clock.frozen(clock.now().replace(microsecond=0) + (NIGHT - LAST_DAY)):
        await drain()
    async with runtime.work.open(fresh) as ctx:
        assert await ctx.db.all(_MASKS) == [wanted, wanted]
        done, total = (
            await ctx.db.one(read(select(mask_runs.c.done), int)),
            await ctx.db.one(read(select(mask_runs.c.total), int)),
        )
        assert done >= total > 0
        assert await ctx.db.all(read(select(contacts.c.name_mask), str)) in ([], ["한**"])
