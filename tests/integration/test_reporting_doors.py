"""처리현황 through the doors: screen, file and API say the same, and each figure opens its rows."""

import csv
import html
import io
import re
from typing import Any

import pytest
import structlog.testing
from openpyxl import load_workbook

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.testing.cases import BareCases
from sinmungo.testing.people import Officer, People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant

PAGE = "/office/reporting"
API = "/api/v1/reporting"
_CELL = re.compile(r'<td[^>]*data-label="([^"]+)"[^>]*>(?:<a href="([^"]+)">)?([^<]*)')
_LINE = re.compile(r'<th scope="row">([^<]*)</th>(.*?)</tr>', re.DOTALL)


@pytest.fixture
async def filled(runtime: Runtime, city: Tenant, people: People) -> dict[str, Any]:
    """Seven cases of this month, one of them answered and one refused."""
    moment = clock.now()
    unit = await people.unit("도로과")
    async with runtime.work.open(city) as ctx:
        bare = await BareCases.prepare(ctx)
        for n in range(4):
            await bare.add(ctx, moment, summary=f"자금 {n}")
        done = {"status": "ANSWERED", "answered_at": moment, "lead_unit_id": unit}
        await bare.add(ctx, moment, category="INFRA", disposition="ACCEPTED", **done)
        await bare.add(ctx, moment, category="INFRA", disposition="NOT_ACCEPTED", **done)
        await bare.add(ctx, moment, category="INFRA", summary="=1+1 <b>도로</b>")
    return {"days": {"from": clock.today().replace(day=1).isoformat()}}


@pytest.fixture
async def reader(people: People) -> Officer:
    return await people.officer("AUDITOR")


def lines_of(page: str) -> dict[str, dict[str, tuple[str, str]]]:
    """Figures and links by line and column."""
    return {
        title: {label: (text, html.unescape(href)) for label, href, text in _CELL.findall(cells)}
        for title, cells in _LINE.findall(page)
    }


async def follow(browser: Browser, href: str) -> int:
    """Count the rows of a page behind a figure; the heading must say the same."""
    page = (await browser.get(href)).text
    rows = page.count("<tr>") - 1
    heading = re.search(r"<h1>[^<]* ([\d,]+)(?:건|개사|회)</h1>", page)
    assert heading, page
    assert int(heading[1]) == rows
    return rows


@pytest.mark.usefixtures("filled")
async def test_every_figure_of_the_page_opens_its_rows(web: Web, reader: Officer):
    browser = web.browser(reader)
    for dimension in ("category", "channel", "department"):
        lines = lines_of((await browser.get(f"{PAGE}/cases?dimension={dimension}")).text)
        assert lines["계"]["접수"][0] == "7"
        opened = 0
        for cells in lines.values():
            for column, (text, href) in cells.items():
                is_count = not column.endswith(("(%)", "(일)"))
                if is_count:
                    assert bool(href) == (text != "0")
                if href and is_count:
                    assert await follow(browser, href) == int(text)
                    opened += 1
        assert opened > 10
    assert lines["도로과"]["처리율(%)"][0] == "100.0"
    assert await follow(browser, lines["도로과"]["처리율(%)"][1]) == 2
    average, href = lines["도로과"]["평균 처리일(일)"]
    assert (average, await follow(browser, href)) == ("0.0", 2)


@pytest.mark.usefixtures("filled")
async def test_page_file_and_api_agree(web: Web, reader: Officer):
    browser, api = web.browser(reader), web.api(reader)
    page = lines_of((await browser.get(PAGE)).text)
    listed = (await api.get(API)).json()["items"]
    assert next(d["slug"] for d in listed) == "cases"
    table = (await api.get(f"{API}/cases")).json()
    titles = {c["code"]: c["title"] for c in table["columns"]}
    for line in (table["total"], *table["lines"]):
        for cell in line["cells"]:
            shown = page[line["title"]][titles[cell["column"]]][0]
            assert shown == ("-" if cell["value"] is None else str(cell["value"]))
    file = await browser.get(f"{PAGE}/cases/table.csv")
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in file.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert rows[0] == ["분야별", *titles.values()]
    assert rows[1] == ["계", *(t for t, _ in page["계"].values())]


@pytest.mark.usefixtures("filled")
async def test_rows_of_the_api(web: Web, reader: Officer):
    api = web.api(reader)
    table = (await api.get(f"{API}/cases?dimension=category")).json()
    kinds = {c["code"]: c["kind"] for c in table["columns"]}
    for line in (table["total"], *table["lines"]):
        for cell in line["cells"]:
            behind = (await api.get(cell["rows"])).json()
            assert behind["total"] == len(behind["items"])
            if kinds[cell["column"]] == "count":
                assert behind["total"] == cell["value"]
    assert {len(i["cells"]) for i in behind["items"]} <= {len(behind["columns"])}


@pytest.mark.usefixtures("filled")
async def test_rows_show_no_person_and_no_markup(web: Web, reader: Officer):
    page = (await web.browser(reader).get(f"{PAGE}/cases/rows?dimension=category")).text
    assert "=1+1 &lt;b&gt;도로&lt;/b&gt;" in page
    assert "담당" not in re.sub(r"<nav.*?</nav>|<header.*?</header>", "", page, flags=re.DOTALL)


@pytest.mark.usefixtures("filled")
async def test_the_rows_go_as_a_file(web: Web, reader: Officer):
    browser = web.browser(reader)
    path, query = f"{PAGE}/cases/rows", "dimension=category&value=INFRA"
    page = (await browser.get(f"{path}?{query}")).text
    shown = [
        [
            html.unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL)
        ]
        for line in page.split("<tbody>")[1].split("</tbody>")[0].split("<tr")[1:]
    ]
    assert len(shown) == 3
    for kind in ("xlsx", "csv"):
        assert f'href="{html.escape(f"{path}.{kind}?{query}")}"' in page
    book = load_workbook(io.BytesIO((await browser.get(f"{path}.xlsx?{query}")).content)).active
    filed = [list(row) for row in book.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert [line[0] for line in filed] == [1, 2, 3]
    assert [[str(c or "-") for c in line[1:]] for line in filed] == shown
    plain = (await browser.get(f"{path}.csv?{query}")).content.decode("utf-8-sig")
    assert "'=1+1 <b>도로</b>" in plain
    assert (await browser.get(f"{path}.pdf?{query}")).status_code == 404


async def test_who_may_look(web: Web, people: People):
    for role in ("TENANT_ADMIN", "TEAM_LEADER", "DIVISION_HEAD", "INTAKE_OFFICER", "AUDITOR"):
        officer = await people.officer(role)
        assert (await web.api(officer).get(API)).status_code == 200
        page = await web.browser(officer).get(PAGE)
        assert page.status_code == 200
        assert f'href="{PAGE}" aria-current="page">처리현황' in page.text
    worker = await people.officer("LEAD_OFFICER")
    for path in (PAGE, f"{PAGE}/cases", f"{PAGE}/cases/rows", f"{PAGE}/cases/rows.csv"):
        assert (await web.browser(worker).get(path)).status_code == 403
    for path in (API, f"{API}/cases", f"{API}/cases/rows"):
        assert (await web.api(worker).get(path)).status_code == 403
        assert (await web.api().get(path)).status_code == 401


async def test_typed_periods(web: Web, reader: Officer):
    browser = web.browser(reader)
    page = await browser.get(f"{PAGE}/cases", params={"from": "2026.10.5", "to": "20261009"})
    assert "2026. 10. 5. ~ 2026. 10. 9." in page.text
    wrong = await browser.get(f"{PAGE}/cases", params={"from": "2026.10.5", "to": "2026.10.4"})
    assert wrong.status_code == 422
    assert 'value="2026.10.5"' in wrong.text
    assert "시작일과 같거나 늦은 날" in wrong.text
    assert (await browser.get(f"{PAGE}/cases?period=soon")).status_code == 422
    assert (await browser.get(f"{PAGE}/cases?period=2026&dimension=size")).status_code == 422
    assert (await browser.get(f"{PAGE}/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=2026-01-01&to=2026-12-31&dimension=department", 200),
        ("from=2026-01-01", 422),
        ("from=2026-02-30&to=2026-03-01", 422),
        ("from=2026-03-02&to=2026-03-01", 422),
        ("from=0001-01-01&to=2026-03-01", 422),
        ("from=2026-03-02&to=9999-12-31", 422),
        ("dimension=size", 422),
    ],
)
async def test_what_the_api_takes(web: Web, reader: Officer, query: str, status: int):
    answer = await web.api(reader).get(f"{API}/cases?{query}")
    assert answer.status_code == status, answer.text
    if status == 200:
        assert (answer.json()["from"], answer.json()["to"]) == ("2026-01-01", "2026-12-31")


@pytest.mark.usefixtures("filled")
async def test_a_table_is_two_statements_and_identity(web: Web, reader: Officer):
    api = web.api(reader)
    await api.get(f"{API}/cases")  # rights and the city's footnotes are kept from here on
    for dimension in ("category", "channel", "department"):
        with structlog.testing.capture_logs() as lines:
            await api.get(f"{API}/cases?dimension={dimension}")
        assert [x["statements"] for x in lines if x["event"] == "request"] == [3]
