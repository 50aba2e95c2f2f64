"""The steps of the trial, each on a city with the plugin on: opened, refused, switched, removed."""

from collections.abc import AsyncIterator

import httpx
from sqlalchemy import select

from sinmungo import clock
from sinmungo.author.faults import told
from sinmungo.author.findings import Finding, Place
from sinmungo.author.rows import catalogue, residue, settings_of
from sinmungo.author.trial import Trial, filled
from sinmungo.errors import SinmungoError
from sinmungo.host import activation
from sinmungo.host.models import outbox
from sinmungo.host.types import Job, Panel
from sinmungo.jobs.worker import Worker
from sinmungo.testing.sweep import REFUSED, Leak, Route, ask, sweep
from sinmungo_tenants import NotFoundError, read

_OK = 200
_FAILED = 500
_GONE = frozenset({404})
_TABLES = {"COMPANY": "companies", "CASE": "cases", "VISIT": "visits", "AGENCY": "agencies"}
_STUCK = read(
    select(outbox.c.kind).where(outbox.c.last_error.is_not(None)).group_by(outbox.c.kind), str
)


async def opened(trial: Trial) -> AsyncIterator[Finding]:
    """Open every menu line, page, API reading, panel and report as an officer who may."""
    for route in (r for r in trial.own if r.method == "GET"):
        async for finding in _open_route(trial, route):
            yield finding
    for item in trial.plugin.slices:
        for line in item.menu:
            trial.faults.forget()
            answer = await trial.client.get(line.path)
            if answer.status_code != _OK:
                place = _menu_place(trial, line.title, line.path)
                yield dead(trial, "menu", place, f"the menu line {line.title!r}", line.path, answer)
        for panel in item.panels:
            async for finding in _open_panel(trial, panel):
                yield finding
        for report in item.reports:
            address = f"/api/v1/reporting/{report.slug}"
            trial.faults.forget()
            answer = await trial.api.get(address)
            if answer.status_code != _OK:
                place = trial.sources.saying(report.slug)
                yield dead(trial, "report", place, f"the report {report.title!r}", address, answer)


async def _open_route(trial: Trial, route: Route) -> AsyncIterator[Finding]:
    client = trial.api if route.is_api else trial.client
    for values in filled(route, trial.ids):
        trial.faults.forget()
        answer = await ask(client, route, route.at(values))
        if route.public and answer.status_code == _OK:
            answer = await ask(trial.stranger, route, route.at(values))
        if answer.status_code >= _FAILED:
            place = trial.sources.of(route.handler.fn)
            yield dead(trial, "page", place, f"GET {route.path}", route.at(values), answer)
            return
        if answer.status_code == _OK:
            if "text/html" in answer.headers.get("content-type", ""):
                trial.opened.add(route.at(values))
            return


async def _open_panel(trial: Trial, panel: Panel) -> AsyncIterator[Finding]:
    ids = trial.ids.get(_TABLES.get(panel.place, ""), [])
    for one in ids[:1] or ([""] if panel.place == "DESK" else []):
        address = panel.path.replace("{id}", one)
        for headers in ({}, {"hx-request": "true"}):
            trial.faults.forget()
            answer = await trial.client.get(address, headers=headers)
            if answer.status_code != _OK:
                place = trial.sources.saying(panel.title)
                yield dead(trial, "panel", place, f"the panel {panel.title!r}", address, answer)


def _menu_place(trial: Trial, title: str, path: str) -> Place:
    found = trial.sources.saying(path)
    return found if found != trial.sources.start else trial.sources.saying(title)


def dead(
    trial: Trial, check: str, place: Place, what: str, address: str, answer: httpx.Response
) -> Finding:
    """Return the finding about an answer that should have been another."""
    broken = answer.status_code >= _FAILED
    return Finding(
        check,
        trial.faults.place(place) if broken else place,
        f"{what} answers {answer.status_code} ({address}){trial.faults.said if broken else ''}",
        "mend the line; sinmungo plugin dev shows the page" if broken else _REMEDIES[check],
    )


_REMEDIES = {
    "menu": "lead to a page of the slice that opens without further choice",
    "panel": "answer for every record of core, also one that the plugin knows nothing of",
    "report": "open it as an officer who may; its columns and conditions are run by the engine",
    "reinstall": "let the revisions and the seed begin anew on an empty city",
    "settings": "let the defaults pass their own bounds and check()",
    "guide": "let the page be UTF-8 text that begins with # 제목",
}


async def refused(trial: Trial) -> AsyncIterator[Finding]:
    """Try every route as nobody, as somebody without the permission, and with foreign ids."""
    closed = [r for r in trial.own if not r.public]
    anyone = trial.web.anyone().client
    for leak in await sweep(anyone, closed, _samples(trial)):
        yield _leak(trial, leak, "somebody who is not signed in gets in")
    guarded = [r for r in closed if not _guest_may(trial, r)]
    for api in (True, False):
        client = trial.web.api(trial.guest) if api else trial.web.browser(trial.guest).client
        tried = [r for r in guarded if r.is_api == api]
        for leak in await sweep(client, tried, _samples(trial)):
            yield _leak(trial, leak, "somebody without the permission gets in")
    for api in (True, False):
        client = trial.api if api else trial.client
        for route in (r for r in closed if r.params and r.is_api == api):
            values = [v for v in filled(route, trial.foreign, 1) if v]
            for leak in (await sweep(client, [route], values, allowed=REFUSED))[:1]:
                yield _leak(trial, leak, "another city's id is answered")


def _samples(trial: Trial) -> list[dict[str, str]]:
    """Return one value per kind of place; every place of that name gets it."""
    first = next((found[0] for found in trial.ids.values() if found), "")
    names = {p.name for r in trial.own for p in r.params if p.kind is not int and p.kind is not str}
    return [dict.fromkeys(names, first)] if first else [{}]


def _guest_may(trial: Trial, route: Route) -> bool:
    own = (p for s in trial.runtime.host.slices for p in s.slice.permissions)
    return any(p.code == route.permission and "EXPERT" in p.roles for p in own)


def _leak(trial: Trial, leak: Leak, what: str) -> Finding:
    return Finding(
        "sweep",
        trial.sources.of(leak.route.handler.fn),
        f"{what}: {leak}",
        "needs(PERMISSION) on the handler; a record that is not here raises MissingError",
    )


async def worked(trial: Trial) -> AsyncIterator[Finding]:
    """Do the jobs that the plugin left, and each kind once for a record that is gone."""
    trial.faults.forget()
    await Worker(trial.runtime.work, trial.runtime.registry).drain(trial.city)
    stuck_at, stuck_by = trial.faults.place(trial.sources.start), trial.faults.said
    async with trial.runtime.work.open(trial.city) as ctx:
        stuck = set(await ctx.db.all(_STUCK))
    for job in (j for s in trial.plugin.slices for j in s.jobs):
        place = trial.sources.saying(job.kind)
        if place == trial.sources.start:
            place = trial.sources.of(job.run)
        if job.kind in stuck:
            at = stuck_at if stuck_at != trial.sources.start else place
            yield Finding("job", at, f"the job {job.kind} fails{stuck_by}", "mend the line")
        raised = await _for_nothing(trial, job)
        if raised is not None:
            what = f"the job {job.kind} raises for a record that is gone: {told(raised)}"
            at = trial.sources.raised(raised) or place
            yield Finding("job", at, what, "return when the record is not there")


async def _for_nothing(trial: Trial, job: Job) -> BaseException | None:
    """Do a job for a record that is not there; return what it raises, if that is a fault."""
    try:
        async with trial.runtime.work.open(trial.city) as ctx:
            await job.run(ctx, clock.uuid7())
    except (SinmungoError, NotFoundError):
        return None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin raises is told to its author
        return error
    return None


async def started_again(trial: Trial) -> None:
    """Start the plugin again if what was found so far has tripped it: it is still to be tried."""
    city = trial.runtime.registry.by_id(trial.city.id)
    if trial.slug not in city.plugins:
        await activation.enable(trial.runtime, city, trial.slug)


async def switched(trial: Trial) -> AsyncIterator[Finding]:
    """Switch the plugin off: everything of it is 404; on again: what opened opens."""
    runtime = trial.runtime
    await activation.disable(runtime, runtime.registry.by_id(trial.city.id), trial.slug)
    for api in (True, False):
        client = trial.api if api else trial.client
        tried = [r for r in trial.own if r.is_api == api]
        for leak in await sweep(client, tried, _samples(trial), allowed=_GONE):
            yield _leak(trial, leak, "switched off, it still answers")
    for address in ("/office/companies", "/api/v1/openapi.json"):
        if f"/{trial.slug}/" in (await trial.client.get(address)).text:
            what = f"switched off, {address} still speaks of it"
            yield Finding("disable", trial.sources.start, what, "declare it in the Slice only")
    await activation.enable(runtime, runtime.registry.by_id(trial.city.id), trial.slug)
    for address in sorted(trial.opened):
        if (await trial.client.get(address)).status_code != _OK:
            what = f"switched on again, {address} does not open"
            yield Finding("enable", trial.sources.start, what, "let seed be repeatable")


async def removed(trial: Trial, dsn: str) -> AsyncIterator[Finding]:
    """Purge the plugin and look for what it leaves behind; then switch it on once more."""
    runtime, clean = trial.runtime, trial.untouched
    await activation.disable(runtime, runtime.registry.by_id(trial.city.id), trial.slug)
    await activation.purge(runtime, runtime.registry.by_id(trial.city.id), trial.slug)
    left = sorted(catalogue(dsn, trial.city) - catalogue(dsn, clean))
    found = settings_of(dsn, trial.city) - settings_of(dsn, clean)
    # A seed may say how a slice of core works in its city: that setting is core's.
    strays = {key for key in found if runtime.host.setting(key) is None}
    own = residue(dsn, trial.city, trial.slug)
    for what in dict.fromkeys([*left, *(f"setting {key}" for key in sorted(strays)), *own]):
        remedy = "name tables, settings and jobs after the slug; make nothing beside the migrations"
        said = f"after purging there is still {what}"
        yield Finding("purge", trial.sources.naming(what), said, remedy)
    for what in sorted(catalogue(dsn, clean) - catalogue(dsn, trial.city)):
        what_is_gone = f"purging took away what is not its own: {what}"
        yield Finding("purge", trial.sources.start, what_is_gone, "leave core's tables alone")
    await activation.enable(runtime, runtime.registry.by_id(trial.city.id), trial.slug)
    for item in trial.plugin.slices:
        for line in item.menu:
            trial.faults.forget()
            answer = await trial.client.get(line.path)
            if answer.status_code != _OK:
                place = _menu_place(trial, line.title, line.path)
                yield dead(
                    trial, "reinstall", place, f"after a purge {line.title!r}", line.path, answer
                )
