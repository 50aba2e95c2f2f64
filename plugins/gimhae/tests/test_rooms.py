"""The city's words and rules, and the rooms that this plugin once kept itself."""

import importlib
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from psycopg import sql

from sinmungo_gimhae.rooms.rules import RULES, SERVICES, seed

API = "/api/v1/bookings"
THEN = datetime(2026, 3, 2, 1, tzinfo=UTC)
OLD = importlib.import_module("sinmungo_gimhae.migrations.versions.0001_first_tables")
MOVE = importlib.import_module("sinmungo_gimhae.migrations.versions.0002_rooms_to_bookings")


async def test_it_brings_the_rooms_with_its_words_and_rules(api: Any, web: Any):
    found = (await api.get(f"{API}/rules")).json()
    assert {f"bookings.{key}": value for key, value in found.items()} == RULES
    named = [s["name"] for s in (await api.get(f"{API}/services")).json()["items"]]
    assert named == list(SERVICES)
    assert "상시상담실" in (await web.anyone().get("/bookings")).text


async def test_switching_on_again_leaves_what_the_city_changed(
    runtime: Any, city: Any, web: Any, people: Any
):
    admin = web.api(await people.officer("TENANT_ADMIN"))
    await admin.patch(f"{API}/rules", json={"cancel_days": 3, "title": "기업상담실"})
    first = (await admin.get(f"{API}/services")).json()["items"][0]
    changed = {"name": "무엇이든", "position": 1, "active": True}
    path, version = f"{API}/services/{first['id']}", {"if-match": '"1"'}
    assert (await admin.put(path, json=changed, headers=version)).status_code == 200
    async with runtime.work.open(city) as ctx:
        await seed(ctx, {})
    found = (await admin.get(f"{API}/rules")).json()
    assert (found["cancel_days"], found["title"]) == (3, "기업상담실")
    named = [s["name"] for s in (await admin.get(f"{API}/services")).json()["items"]]
    assert named == ["무엇이든", *SERVICES[1:]]


@pytest_asyncio.fixture(loop_scope="session")
async def before(make_city: Any, runtime: Any) -> Any:
    """A city as it was with the plugin's first version: its own table, with a room in it."""
    city = await make_city()
    schema = f"t_{city.id}"
    with psycopg.connect(runtime.settings.migrator_dsn) as db:
        db.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
        for statement in _render(OLD):
            db.execute(statement.encode())
        for number, (name, active) in enumerate((("1호", True), ("옛 방", False))):
            db.execute(
                "INSERT INTO gimhae_rooms VALUES (%s, %s, '3층', 6, '빔', '135', '09:00', '18:00',"
                " %s, %s, 4)",
                (f"00000000-0000-0000-0000-00000000000{number}", name, active, THEN),
            )
    return city


def _render(revision: Any) -> tuple[str, ...]:
    from sinmungo_tenants import migrate

    return migrate._render(revision)


async def test_a_room_of_the_first_version_is_still_there(before: Any, runtime: Any):
    schema = sql.Identifier(f"t_{before.id}")
    with psycopg.connect(runtime.settings.migrator_dsn) as db:
        db.execute(sql.SQL("SET search_path = {}").format(schema))
        for statement in _render(MOVE):
            db.execute(statement.encode())
        rooms = db.execute(
            "SELECT name, place, seats, equipment, valid_to IS NULL, row_version, created_at"
            " FROM rooms ORDER BY id"
        ).fetchall()
        hours = db.execute(
            "SELECT weekday, opens::text, closes::text FROM room_hours"
            " WHERE room_id = '00000000-0000-0000-0000-000000000000' ORDER BY weekday"
        ).fetchall()
        gone = db.execute("SELECT to_regclass('gimhae_rooms')").fetchone()
    assert rooms == [
        ("1호", "3층", 6, "빔", True, 4, THEN),
        ("옛 방", "3층", 6, "빔", False, 4, THEN),
    ]
    assert hours == [(day, "09:00:00", "18:00:00") for day in (1, 3, 5)]
    assert gone == (None,)


@pytest.mark.parametrize("name", ["gimhae.room_added", "gimhae.room_changed"])
def test_old_events_keep_their_names(runtime: Any, name: str):
    assert runtime.host.event_types[name].title.startswith("상담실 ")
