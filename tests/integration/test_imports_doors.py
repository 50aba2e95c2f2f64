"""The same import through the API, and on the command line."""

import io
import os
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from sinmungo.app import Runtime
from sinmungo.cases import service as cases
from sinmungo.cases.types import CaseQuery
from sinmungo.testing.books import case_row, register, workbook
from sinmungo.testing.command import command
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant

API = "/api/v1/imports"
TITLE = "2019년 기업애로 접수대장"
NAMED = {"content-disposition": "attachment; filename*=UTF-8''%EB%8C%80%EC%9E%A5.xlsx"}


@pytest.fixture
async def api(web: Web, people: People) -> httpx.AsyncClient:
    return web.api(await people.officer("TENANT_ADMIN"))


async def test_every_step_by_api(api: httpx.AsyncClient, drain: Any):
    raw = register([case_row(1, 애로분야="돈"), case_row(2, 접수일자="언제")], title=TITLE)
    key = {**NAMED, "idempotency-key": "one"}
    made = await api.post(f"{API}?kind=CASES", content=raw, headers=key)
    assert made.status_code == 201, made.text
    run = made.json()
    assert (run["file_name"], run["state"], run["total"]) == ("대장.xlsx", "UPLOADED", 4)
    twice = await api.post(f"{API}?kind=CASES", content=raw, headers=key)
    assert twice.json()["id"] == run["id"]
    where = f"{API}/{run['id']}"
    plan = (await api.get(f"{where}/plan")).json()
    sheet = plan["sheets"][0]
    assert sheet["fields"][1:4] == ["number", "registered", "channel"]
    body = {"sheets": [{"use": True, "fields": sheet["fields"], "year": 2019}]}
    assert (await api.put(f"{where}/plan", json=body)).status_code == 428
    stale = await api.put(f"{where}/plan", json=body, headers={"if-match": '"9"'})
    assert stale.status_code == 412
    matched = await api.put(f"{where}/plan", json=body, headers={"if-match": '"1"'})
    assert matched.status_code == 200, matched.text
    assert [w["label"] for w in matched.json()["unknown"]] == ["돈"]
    wrong = await api.put(f"{where}/terms", json={"codes": {"CATEGORY-돈": "NOWHERE"}})
    assert wrong.status_code == 422
    known = await api.put(f"{where}/terms", json={"codes": {"CATEGORY-돈": "FUNDS"}})
    assert known.json()["unknown"] == []
    tag = {"if-match": matched.headers["etag"]}
    begun = await api.post(f"{where}/start", headers=tag)
    assert begun.json()["state"] == "RUNNING"
    await drain()
    done = (await api.get(where)).json()
    counts = {n: done[n] for n in ("state", "total", "done", "added", "bad")}
    assert counts == {"state": "DONE", "total": 2, "done": 2, "added": 1, "bad": 1}
    lines = (await api.get(f"{where}/bad-lines")).json()["items"]
    assert [(line["line"], line["column"], line["reason"]) for line in lines] == [
        (5, "접수일자", "DATE")
    ]
    file = await api.get(f"{where}/bad-lines.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(file.content)).sheetnames
    refs = await api.post(f"{API}/old-numbers", json={"number": " 2019-1 "})
    assert [r["system"] for r in refs.json()] == ["대장.xlsx"]
    listed = (await api.get(API)).json()
    assert [item["id"] for item in listed["items"]] == [run["id"]]
    assert (await api.post(f"{where}/cancel")).status_code == 409


async def test_words_are_listed_and_forgotten(api: httpx.AsyncClient, web: Web, people: People):
    raw = workbook(("기관", [["기관명", "구분"], ["시험신보", "금융쪽"]]))
    run = (await api.post(f"{API}?kind=AGENCIES", content=raw, headers=NAMED)).json()
    where = f"{API}/{run['id']}"
    plan = (await api.get(f"{where}/plan")).json()
    body = {"sheets": [{"use": True, "fields": plan["sheets"][0]["fields"]}]}
    await api.put(f"{where}/plan", json=body, headers={"if-match": '"1"'})
    options = (await api.get(f"{API}/terms/options")).json()
    assert options["AGENCY_KIND"]["GUARANTEE_FUND"] == "보증기관"
    await api.put(f"{where}/terms", json={"codes": {"AGENCY_KIND-금융쪽": "GUARANTEE_FUND"}})
    (term,) = (await api.get(f"{API}/terms")).json()
    gone = await api.delete(f"{API}/terms/{term['id']}", headers={"if-match": '"1"'})
    assert gone.status_code == 204
    assert (await api.get(f"{API}/terms")).json() == []
    intake = web.api(await people.officer("INTAKE_OFFICER"))
    assert (await intake.get(API)).status_code == 403
    assert (await web.api().get(API)).status_code == 401


async def test_a_wrong_kind_or_file_is_told_by_field(api: httpx.AsyncClient):
    wrong = await api.post(f"{API}?kind=PLEDGES", content=b"a,b", headers=NAMED)
    assert wrong.json()["errors"].keys() == {"kind"}
    broken = await api.post(f"{API}?kind=CASES", content=b"PK\x03\x04rubbish", headers=NAMED)
    assert (broken.status_code, broken.json()["errors"].keys()) == (422, {"file"})


@pytest.fixture
def sinmungo(runtime: Runtime):
    """Run `sinmungo import …` in a process of its own; returns exit code and output."""
    settings = runtime.settings
    environment = {
        **os.environ,
        "SINMUNGO_DATA": settings.data,
        "SINMUNGO_DEPLOYMENT": settings.deployment,
        "SINMUNGO_APP_DSN": settings.app_dsn,
        "SINMUNGO_MIGRATOR_DSN": settings.migrator_dsn,
        "COLUMNS": "160",
    }

    async def run(*words: str) -> tuple[int, str]:
        return await command("import", *words, environment=environment)

    return run


async def test_on_the_command_line(sinmungo: Any, runtime: Runtime, city: Tenant, tmp_path: Path):
    file, bad = tmp_path / "대장.xlsx", tmp_path / "bad.xlsx"
    rows = [case_row(n) for n in range(1, 6)]
    rows[2]["접수일자"] = "언제"
    file.write_bytes(register(rows, title=TITLE))
    words = ("cases", city.slug, str(file), "--yes", "--bad-lines", str(bad))
    code, output = await sinmungo(*words)
    assert code == 0, output
    assert "5줄: 들어감 4, 고침 0, 이미 있음 0, 건너뜀 0, 못 가져옴 1" in output
    assert "대장 6줄 접수일자: 날짜를 알아볼 수 없습니다" in output
    assert "홍길동" not in output
    assert bad.read_bytes()[:2] == b"PK"
    code, output = await sinmungo(*words)
    assert "들어감 0, 고침 0, 이미 있음 4" in output
    async with runtime.work.open(city) as ctx:
        assert (await cases.search(ctx, CaseQuery())).total == 4


async def test_nothing_is_written_without_consent(sinmungo: Any, city: Tenant, tmp_path: Path):
    file = tmp_path / "a.csv"
    file.write_text("회사명,생산품\n하나,못\n", "utf-8")
    code, output = await sinmungo("companies", city.slug, str(file))
    assert code == 1
    assert output.strip().endswith("nothing was written")
    code, output = await sinmungo("companies", city.slug, str(file), "--sheet", "없음", "--yes")
    assert (code, "no sheet 없음; there are CSV" in output) == (1, True)
    code, output = await sinmungo("companies", city.slug, str(file), "--yes")
    assert (code, "들어감 1" in output) == (0, True)
