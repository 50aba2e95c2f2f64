"""The life of a plugin in a city: a purge exports first and leaves nothing."""

import csv
import hashlib
import io
import json
import zipfile

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.host import activation
from sinmungo.host.city_settings import set_setting
from sinmungo.host.personal import seal
from sinmungo.jobs import outbox
from sinmungo.jobs.worker import Worker
from sinmungo.testing import plugin_life
from sinmungo.testing.plugin_life import ADD_THING, BEHAVIOUR, exports, now
from sinmungo_tenants import Tenant

deployed = plugin_life.deployed
city = plugin_life.city


# ---- purge ------------------------------------------------------------------------------------


async def test_a_purge_exports_first_with_names_in_clear(deployed: Runtime, city: Tenant):
    await activation.enable(deployed, city, "life")
    async with deployed.work.open(now(deployed, city)) as ctx:
        for name in ("홍길동", None):
            row = clock.uuid7()
            await ctx.db.run(
                ADD_THING, id=row, text='쉼표, "따옴표"', **seal(ctx, "name", name, "name", row)
            )
        await set_setting(ctx, "life.words", ["가", "나"])
    await activation.disable(deployed, city, "life")
    await activation.purge(deployed, city, "life")
    (file,) = exports(deployed, city)
    assert file.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        raw = archive.read("life_things.csv")
        assert sorted(archive.namelist()) == ["life_parts.csv", "life_things.csv", "manifest.json"]
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [(r["text"], r["name"]) for r in rows] == [
        ('쉼표, "따옴표"', "홍길동"),
        ('쉼표, "따옴표"', ""),
    ]
    assert rows[0].keys() == {"id", "text", "name"}
    told = {t["table"]: t for t in manifest["tables"]}
    assert told["life_things"]["sha256"] == hashlib.sha256(raw).hexdigest()
    assert (told["life_things"]["rows"], told["life_parts"]["rows"]) == (2, 1)
    assert manifest["settings"] == {"life.first": True, "life.words": ["가", "나"]}
    assert (manifest["plugin"], manifest["revision"]) == ("life", "0002")


async def test_after_a_purge_it_can_be_installed_again(deployed: Runtime, city: Tenant):
    for _ in range(2):
        await activation.enable(deployed, city, "life")
        async with deployed.work.open(now(deployed, city)) as ctx:
            plan = await activation.plan(deployed, ctx, "life", "disable")
        assert {t.name: t.rows for t in plan.kept} == {"life_parts": 1, "life_things": 0}
        await activation.disable(deployed, city, "life")
        await activation.purge(deployed, city, "life")
    assert BEHAVIOUR.seeds == 2
    assert len(exports(deployed, city)) == 2


async def test_its_jobs_wait_while_off_and_go_with_a_purge(deployed: Runtime, city: Tenant):
    worker = Worker(deployed.work, deployed.registry)
    await activation.enable(deployed, city, "life")
    async with deployed.work.open(now(deployed, city)) as ctx:
        await outbox.put(ctx, "life.write", clock.uuid7())
    await activation.disable(deployed, city, "life")
    for turn in range(outbox.MAX_ATTEMPTS + 2):
        with clock.frozen(clock.now() + outbox.LEASE * 2 * turn):
            await worker.drain(now(deployed, city))
    async with deployed.work.open(now(deployed, city)) as ctx:
        assert (await activation.plan(deployed, ctx, "life", "purge")).waiting == 1
    await activation.purge(deployed, city, "life")
    async with deployed.work.open(now(deployed, city)) as ctx:
        assert (await activation.plan(deployed, ctx, "life", "enable")).waiting == 0
