"""What a plugin contributes beside its pages, used once each as core would use it.

A setting is saved, a check of the opening done, a remark asked for, the guide opened. Rows follow a
company that is merged and come back, what is due is destroyed, a new city takes over from another.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, func, select

from sinmungo.author.faults import told
from sinmungo.author.findings import Finding, Place
from sinmungo.author.steps import dead
from sinmungo.author.trial import Trial
from sinmungo.clock import today
from sinmungo.companies import merging
from sinmungo.companies.service import record
from sinmungo.deploy.cities import Cities, CityFile
from sinmungo.host.setting_groups import of_manifest
from sinmungo.host.types import Check, MergeTable, RetentionRule, SettingsGroup
from sinmungo.host.types import Finding as Found
from sinmungo.retention import queries as retention
from sinmungo.web.guide import plugin_folder
from sinmungo_tenants import Tenant, read

_OK = 200
_SECONDS = 2.0
_MANY = 50


async def used(trial: Trial) -> AsyncIterator[Finding]:
    """Use settings, checks, remarks and the guide."""
    for item in trial.plugin.slices:
        for group in item.settings:
            async for finding in _saved(trial, group):
                yield finding
        for check in item.checks:
            async for finding in _checked(trial, check):
                yield finding
    own = of_manifest(trial.plugin.manifest)
    if own is not None:
        async for finding in _saved(trial, own):
            yield finding
    async for finding in _remarked(trial):
        yield finding
    async for finding in _read(trial):
        yield finding


async def _read(trial: Trial) -> AsyncIterator[Finding]:
    """Open each page of the guide."""
    home = plugin_folder(trial.runtime.host, trial.slug)
    for file in sorted(home.glob("*.md")) if home else ():
        address = f"/help/{trial.slug}/{file.stem}"
        answer = await trial.client.get(address)
        if answer.status_code != _OK:
            place = Place(trial.project.shown(file), 1)
            yield dead(trial, "guide", place, "the page of the guide", address, answer)


async def moved(trial: Trial) -> AsyncIterator[Finding]:
    """Merge companies and undo it, destroy what is due, and make a city like this one."""
    tables = [table for item in trial.plugin.slices for table in item.merges]
    for table in tables:
        async for finding in _merged(trial, table):
            yield finding
    for rule in (r for item in trial.plugin.slices for r in item.retention if not r.log):
        async for finding in _destroyed(trial, rule):
            yield finding
    if any(item.copied or item.copied_settings for item in trial.plugin.slices):
        async for finding in _taken_over(trial):
            yield finding


async def _saved(trial: Trial, group: SettingsGroup) -> AsyncIterator[Finding]:
    """Look at a group's form, preview it, and save it as it stands."""
    place = trial.sources.of(group.kind)
    screen, address = f"/admin/settings/{group.slug}", f"/api/v1/settings/{group.slug}"
    trial.faults.forget()
    for answer in (await trial.client.get(screen), now := await trial.api.get(address)):
        if answer.status_code != _OK:
            yield dead(trial, "settings", place, f"the form {group.title!r}", screen, answer)
            return
    body = {"values": now.json()["values"]}
    for answer in (
        await trial.api.post(f"{address}/preview", json=body),
        await trial.api.put(address, json=body, headers={"if-match": now.headers["etag"]}),
    ):
        if answer.status_code != _OK:
            errors = "; ".join(f"{k}: {v}" for k, v in answer.json().get("errors", {}).items())
            what = f"saving {group.title!r} with its own defaults ({errors})"
            yield dead(trial, "settings", place, what, address, answer)
            return


async def _checked(trial: Trial, check: Check) -> AsyncIterator[Finding]:
    """Compute a line of 개통 점검, and follow where it leads."""
    place = trial.sources.of(check.run)
    try:
        async with trial.runtime.work.open(trial.city) as ctx, asyncio.timeout(_SECONDS):
            found: Any = await check.run(ctx)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin raises is told to its author
        at = trial.sources.raised(error) or place
        yield Finding("check", at, f"the check {check.code} raises {told(error)}", "mend the line")
        return
    if not isinstance(found, Found):
        what = f"the check {check.code} returns {type(found).__name__}"
        yield Finding("check", place, what, 'return Finding("DONE", "…") of the sdk')
    answer = await trial.client.get(check.href, follow_redirects=True)
    if answer.status_code != _OK:
        at = trial.sources.saying(check.href)
        what = f"the check {check.code} leads to {check.href}, which answers {answer.status_code}"
        yield Finding("check", at, what, "let href be the screen that mends it")


async def _remarked(trial: Trial) -> AsyncIterator[Finding]:
    """Ask for the remarks about a few companies."""
    hook = trial.plugin.hook("company_hints")
    if hook is None:
        return
    (impl,) = trial.plugin.hooks.hook.company_hints.get_hookimpls()
    for company_id in trial.ids["companies"]:
        trial.faults.forget()
        async with trial.runtime.work.open(trial.city) as ctx:
            await trial.runtime.host.hints(ctx, UUID(company_id))
            failed = [f for f in ctx.failures if f.plugin == trial.slug]
        if failed:
            place = trial.faults.place(trial.sources.of(impl.function))
            what = f"company_hints fails{trial.faults.said}"
            remedy = "return a list of Hint within half a second, for any company"
            yield Finding("hook", place, what, remedy)
            return


async def _merged(trial: Trial, item: MergeTable) -> AsyncIterator[Finding]:
    """Merge two companies of which both have rows, if there are such, and take it back."""
    company = item.table.c[item.column]
    of_all = read(select(company).group_by(company).order_by(company).limit(2), UUID)
    place = trial.sources.table(item.table.name)
    try:
        async with trial.runtime.work.open(trial.city) as ctx:
            both = await ctx.db.all(of_all)
            both += [UUID(i) for i in trial.ids["companies"] if UUID(i) not in both]
            keep, drop = [await record(ctx, company_id) for company_id in both[:2]]
            versions = {"keep_version": keep.row_version, "drop_version": drop.row_version}
            before = await _rows(ctx, item.table, company, drop.id)
            merge_id = await merging.merge(ctx, keep.id, drop.id, (), **versions)
        async with trial.runtime.work.open(trial.city) as ctx:
            await merging.undo(ctx, merge_id, 1)
            after = await _rows(ctx, item.table, company, drop.id)
    except Exception as error:  # noqa: BLE001 - whatever its tables do is told to its author
        what = f"merging two companies fails at {item.name}: {told(error)}"
        remedy = "say in MergeTable what a company has only once: one_per=(…), one_while=…"
        yield Finding("merge", trial.sources.raised(error) or place, what, remedy)
        return
    if before != after:
        what = f"{item.name}: after a merge was undone {after} of {before} rows are back"
        yield Finding("merge", place, what, "let nothing but the merge move the rows")


async def _rows(ctx: Any, table: Table, company: Any, company_id: UUID) -> int:
    counted = select(func.count()).select_from(table).where(company == bindparam("company"))
    found: int = await ctx.db.one(read(counted, int), company=company_id)
    return found


async def _destroyed(trial: Trial, rule: RetentionRule) -> AsyncIterator[Finding]:
    """Destroy what would be due one day, and see that nothing of it is held afterwards."""
    place = trial.sources.saying(rule.code)
    statements, day = retention.of(rule), today().replace(year=9999)
    try:
        async with trial.runtime.work.open(trial.city) as ctx:
            await ctx.db.all(statements.due, before=day, limit=1)
            rows = await ctx.db.all(statements.take, before=day, limit=_MANY)
            for erase in rule.erase:
                await ctx.db.run(erase, ids=[row.id for row in rows])
            done = {row.id for row in rows}
            still = await ctx.db.all(statements.take, before=day, limit=_MANY)
            left = sum(row.id in done for row in still)
    except Exception as error:  # noqa: BLE001 - whatever its statements do is told to its author
        what = f"destroying {rule.title!r} fails: {told(error)}"
        yield Finding("retention", trial.sources.raised(error) or place, what, "mend the rule")
        return
    if left:
        what = f"{rule.code}: {left} of {len(rows)} still hold what was destroyed"
        remedy = "let erase empty everything that held asks for: blank_fields(…), holds_any(…)"
        yield Finding("retention", place, what, remedy)


async def _taken_over(trial: Trial) -> AsyncIterator[Finding]:
    """Make a city like the first one, and compare what was to go over."""
    file = CityFile(slug="fourth", name="시험시", service_name="기업SOS", plugins=(trial.slug,))
    try:
        made = (await Cities(trial.runtime).add(file, like=trial.city)).city
    except Exception as error:  # noqa: BLE001 - whatever its tables do is told to its author
        what = f"a new city cannot take over from another: {told(error)}"
        remedy = "copied tables hold reference rows alone; let seed keep what is there"
        yield Finding("copied", trial.sources.raised(error) or trial.sources.start, what, remedy)
        return
    for table in (t for item in trial.plugin.slices for t in item.copied):
        theirs, ours = [await _count(trial, city, table) for city in (trial.city, made)]
        if theirs != ours:
            what = f"{table.name}: a city like another has {ours} rows instead of {theirs}"
            remedy = "let seed add nothing to a table that has rows"
            yield Finding("copied", trial.sources.table(table.name), what, remedy)


async def _count(trial: Trial, city: Tenant, table: Table) -> int:
    async with trial.runtime.work.open(city) as ctx:
        found: int = await ctx.db.one(read(select(func.count()).select_from(table), int))
        return found
