"""기업애로 자문단: what is Daegu's over core's experts, and how the old register moved."""

import re
from datetime import date
from io import BytesIO

import psycopg
import pytest

from sinmungo.sdk import RefusedError, clock, experts
from sinmungo.testing.experts import AdviceScene
from sinmungo_daegu import MANIFEST
from sinmungo_daegu.pool import SLICE, rules

HOME = "/office/daegu/pool"


async def test_the_pool_has_its_name_rate_and_caps(runtime, city):
    async with runtime.work.open(city) as ctx:
        assert await experts.pool_name(ctx) == "기업애로 자문단"
        (rule,) = await experts.list_rules(ctx)
        assert (rule.hourly, rule.company_cap, rule.conflict_years) == (150_000, 2_000_000, 2)
        await rules.seed(ctx, {"rule": {"hourly": 1}})
        assert len(await experts.list_rules(ctx)) == 1


async def test_fewer_than_two_conflict_years_are_refused_and_undone(web, people, runtime, city):
    browser = web.browser(await people.officer("TENANT_ADMIN"))
    await browser.get("/admin/experts")
    form = {**rules.FIRST_RULE, "valid_from": "2027-01-01", "conflict_years": "1"}
    form["_act"] = "save"
    refused = await browser.post("/admin/experts", form)
    assert refused.status_code == 409
    assert "2년 이상" in refused.text
    assert 'value="2027-01-01"' in refused.text
    async with runtime.work.open(city) as ctx:
        assert len(await experts.list_rules(ctx)) == 1
        with pytest.raises(RefusedError):
            async with ctx.db.savepoint():
                await experts.add_rule(ctx, form)
    assert (await browser.post("/admin/experts", form | {"conflict_years": "3"})).status_code == 303


async def test_the_years_figures_on_screen_as_file_and_by_api(web, desk, api, runtime, city):
    async with runtime.work.open(city) as ctx:
        scene = AdviceScene(ctx)
        done = await scene.reported(await scene.expert(), await scene.case(), "2")
        due = await experts.due(ctx, done.id)
        await experts.approve(ctx, done.id, due.fee, done.row_version)
    page = await web.browser(desk).get(HOME)
    assert "기업애로 자문단 2026년 실적" in page.text
    assert "300,000" in page.text
    for cell in ("dimension=field&amp;value=LABOR", "dimension=rating&amp;value=-"):
        href = re.search(rf'href="([^"]*{cell}[^"]*)"', page.text)
        assert href
        behind = await web.browser(desk).get(href[1].replace("&amp;", "&"))
        assert "2026-0001" in behind.text
    figures = (await api.get("/api/v1/daegu/pool?year=2026")).json()
    assert (figures["experts"], figures["sessions"], figures["fees"]) == (1, 1, 300_000)
    from openpyxl import load_workbook

    answer = await web.browser(desk).get(f"{HOME}/2026/xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    lines = {row[0].value: [c.value for c in row[1:6]] for row in sheet.iter_rows()}
    assert lines["합계"] == [1, 1, 1, 2, 300_000]
    assert lines["노무"] == [1, 1, 1, 2, 300_000]
    assert lines["특허"] == [0, 0, 0, 0, 0]
    assert (await web.browser(desk).get(f"{HOME}/2026/pdf")).status_code == 404


async def test_demo_makes_the_119_and_this_years_sessions_once(runtime, city, people):
    from sinmungo.sdk import add_company

    await people.officer("INTAKE_OFFICER")
    guest = await people.officer("EXPERT", unit=None)
    async with runtime.work.open(city) as ctx:
        for number in range(12):
            await add_company(ctx, {"name": f"㈜시험{number}"})
    for _ in range(2):
        async with runtime.work.open(city) as ctx:
            await SLICE.demo(ctx, {})
    async with runtime.work.open(city) as ctx:
        assert (await experts.counts(ctx))["SERVING"] == 119
        assert (await experts.yearly(ctx, clock.today().year)).experts == 119
        assert all(f.experts for f in await experts.list_fields(ctx))
        counts = await experts.advice_counts(ctx)
        assert sum(n for state, n in counts.items() if state != "LATE") == 20
        assert counts["PAID"] == 12
        assert counts["LATE"] == 1
        assert {"REQUESTED", "MATCHED", "PLEDGED", "HELD", "REPORTED"} <= {
            state for state, n in counts.items() if n
        }
    desk = await own_desk(runtime, city, guest)
    assert {"MATCHED", "HELD", "PAID"} <= {row.state for row in desk}


async def own_desk(runtime, city, guest):
    """Return the sessions of the guest's own desk."""
    from sinmungo.sdk import Identity

    me = Identity(kind="OFFICER", officer_id=guest.id)
    async with runtime.work.open(city, me) as ctx:
        return await experts.list_advice(ctx, own=True)


async def test_a_city_at_0001_keeps_its_experts(runtime, make_city, deployment_dsn):
    """The register of the first version moves into core's tables and still opens."""
    city = await make_city(plugins=("daegu",))
    async with runtime.work.open(city) as ctx:
        texts = {
            "name": "남궁가람", "phone": "010-1234-5678", "email": "garam@example.com",
            "affiliation": "노무법인 가람", "fields": "LABOR,TAX", "capacity": "4",
            "term_from": "2026-01-01", "term_to": "2027-12-31", "active": "1",
        }  # fmt: skip
        expert_id = await experts.add(ctx, texts)
    schema = f"t_{city.id}"
    with psycopg.connect(deployment_dsn) as connection:
        _back_to_0001(connection, schema)
        owner = connection.execute(
            "SELECT tableowner FROM pg_tables WHERE schemaname = %s AND tablename = 'experts'",
            (schema,),
        ).fetchone()[0]
        for table in ("daegu_experts", "daegu_fields", "daegu_expert_fields"):
            connection.execute(f"ALTER TABLE {schema}.{table} OWNER TO {owner}")
    from sinmungo_tenants.provision import Provisioner

    provisioner = Provisioner(runtime.deployment, runtime.settings.migrator_dsn)
    provisioner.upgrade(city.id, [MANIFEST.component])
    async with runtime.work.open(city) as ctx:
        found = await experts.expert(ctx, expert_id)
        assert found.values.name == "남궁가람"
        assert found.values.phone == "01012345678"
        assert found.values.email == "garam@example.com"
        assert found.values.fields == ["LABOR", "TAX"]
        assert found.values.term_to == date(2027, 12, 31)
        assert [line.id for line in await experts.find(ctx, "5678")] == [expert_id]
    with psycopg.connect(deployment_dsn) as connection:
        left = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename LIKE %s",
            (schema, "daegu_exp%"),
        ).fetchall()
        assert left == []


def _back_to_0001(connection, schema):
    """Put the city's register where the first version of the plugin had it."""
    from sinmungo_tenants.migrate import steps

    connection.execute(f"SET search_path = {schema}")
    first = steps(MANIFEST.component)[0]
    for statement in first.statements:
        connection.execute(statement)
    kept = (
        "id, name_sealed, name_mask, name_hash, phone_sealed, phone_mask, phone_hash, phone_tail, "
        "email_sealed, email_mask, email_hash, affiliation, title, term_from, term_to, active, "
        "created_at, row_version"
    )
    of_field = "code, label, position, active, row_version"
    for statement in (
        f"INSERT INTO daegu_experts ({kept}) SELECT {kept} FROM experts",
        f"INSERT INTO daegu_fields SELECT {of_field} FROM advice_fields",
        "INSERT INTO daegu_expert_fields SELECT expert_id, field FROM expert_fields",
        "DELETE FROM expert_fields",
        "DELETE FROM experts",
        "UPDATE alembic_daegu SET version_num = '0001'",
    ):
        connection.execute(statement)
