"""As a plugin: off without a trace and back with its data; nothing but the sdk; migrations fit."""

import ast
from collections import Counter
from datetime import datetime
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineWorkbook

import sinmungo_bucheon
from sinmungo.sdk import clock, list_officers

PACKAGE = Path(sinmungo_bucheon.__file__).parent
HOME = "/office/bucheon/project100"
API = "/api/v1/bucheon/project100"


def test_imports_only_the_sdk():
    found = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            found |= {n for n in names if n and n.split(".")[0].startswith("sinmungo")}
    ours = {n for n in found if n.split(".")[0] == "sinmungo_bucheon"}
    assert found - ours == {"sinmungo.sdk"}


def test_tables_hold_core_ids_as_plain_values():
    tables = sinmungo_bucheon.MANIFEST.component.metadata.tables
    assert all(name.startswith("bucheon_") for name in tables)
    targets = {k.column.table.name for t in tables.values() for k in t.foreign_keys}
    assert targets <= set(tables)


async def test_off_is_gone_and_back_with_its_data(web, people, project, make_company):
    round_id = await project.open_round()
    company = await make_company()
    row = await project.enrol(round_id, company)
    admin = await people.officer("TENANT_ADMIN", "INTAKE_OFFICER")
    browser, api = web.browser(admin), web.api(admin)
    assert "유망기업 100" in (await browser.get("/office/companies")).text
    assert (await api.post("/api/v1/plugins/bucheon/disable")).status_code == 200
    for path in (HOME, f"{HOME}/new", f"{HOME}/{row['id']}", f"{HOME}/panel/{company}"):
        assert (await browser.get(path)).status_code == 404
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        assert (await api.request(method, API)).status_code == 404
    page = (await browser.get(f"/office/companies/{company}")).text
    assert "유망기업" not in page
    for path in ("/api/v1/openapi.json", "/api/v1/reporting"):
        answer = await api.get(path)
        assert answer.status_code == 200
        assert "bucheon" not in answer.text
    assert (await api.get("/api/v1/reporting/bucheon-project100")).status_code == 404
    intake = {"company_id": str(company), "rows": [{"category": "FUNDS", "content": "자금"}]}
    assert (await api.post("/api/v1/cases", json=intake)).status_code == 201
    assert (await api.post("/api/v1/plugins/bucheon/enable")).status_code == 200
    assert (await project.get(row))["cases"] == 0
    assert [r["id"] for r in await project.rows(round_id)] == [row["id"]]
    assert "bucheon/project100" in (await api.get("/api/v1/openapi.json")).text


async def test_demo_fills_a_hundred_once(runtime, city, people, web):
    from sinmungo_bucheon.project100 import SLICE, board, regulations, rounds, year

    with clock.frozen(datetime.fromisoformat("2026-01-05T10:00+09:00")):
        await people.officer("LEAD_OFFICER", name="남도윤")
        await people.officer("TEAM_LEADER", name="서가람")
    with clock.frozen(datetime.fromisoformat("2026-11-22T10:00+09:00")):
        for _ in range(2):
            async with runtime.work.open(city) as ctx:
                await SLICE.demo(ctx, {})
        async with runtime.work.open(city) as ctx:
            of = (await rounds.list_rounds(ctx))[0]
            found = await board.members(ctx, of)
            statuses = Counter(m.row.status for m in found)
            assert statuses == {"ACTIVE": 100, "WAITING": 7, "ENDED": 3}
            assert all(m.row.employees_on <= of.selected_on for m in found)
            assert all(m.row.employees >= 50 for m in found)
            states = Counter(m.state for m in found if m.state)
            assert states["LATE"] > 0
            assert states["DONE"] > states["LATE"]
            assert states["DUE"] > 0
            of_year = await year.year_of(ctx, 2026)
            assert len(of_year.contacts) == 4
            assert all(of_year.contacts)
            assert of_year.cases > 10
            assert 0 < of_year.outcomes["OPEN"] < of_year.cases
            assert of_year.regulations == len(await regulations.regulations(ctx)) > 0
            assert len(await list_officers(ctx)) == 2
        browser = web.browser(await people.officer("TEAM_LEADER"))
        assert (await browser.get(HOME)).text.count('class="tile ') == 100
        file = await browser.get(f"{HOME}/year/table.xlsx?year=2026")
        sheet = CalamineWorkbook.from_filelike(BytesIO(file.content)).get_sheet_by_index(0)
        named = {m.row.company_name for m in found}
        listed = [cell for row in sheet.to_python() for cell in row if cell in named]
        looked_after = {line.member.row.company_name for line in of_year.lines}
        assert sorted(listed) == sorted(looked_after)
        assert len(listed) == 103
