"""The desk's pages: cities, plugins, fleet runs, archives, jobs, log."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.errors import MissingError, RefusedError
from sinmungo.platform_desk import cities, figures, jobs, log
from sinmungo.platform_desk.frame import ROOT, address_of, desk_page, operator_of
from sinmungo.web.access import operators_only
from sinmungo.web.forms import read_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import Req
from sinmungo_tenants.archive import view as archives
from sinmungo_tenants.fleet import view as fleet

RUNS = 30
OUTCOMES = 1000
LINES = 200
RUN_STATES = {
    "RUNNING": ("하는 중", "primary"),
    "DONE": ("마침", "success"),
    "FAILED": ("실패 있음", "danger"),
    "ABANDONED": ("끊김", "warning"),
}
OUTCOME_STATES = {
    "PENDING": ("기다림", ""),
    "RUNNING": ("하는 중", "primary"),
    "OK": ("됨", "success"),
    "FAILED": ("실패", "danger"),
}


class CityPages(Controller):
    """`/platform`: what there is, and how it fares."""

    @get("/", opt=operators_only(), include_in_schema=False)
    async def show(self, request: Req) -> Response[str]:
        """Show every city."""
        runtime = request.app.state.runtime
        return desk_page(request, "cities.html", overview=await cities.overview(runtime))

    @post("/gather", opt=operators_only(), include_in_schema=False)
    async def gather(self, request: Req) -> Response[Any]:
        """Ask every city now."""
        runtime, me = request.app.state.runtime, operator_of(request)
        answered = await figures.gather_all(runtime)
        await figures.measure(runtime)
        async with runtime.doors.control_session() as db:
            await log.note(
                db,
                "FIGURES_GATHERED",
                subject=str(answered),
                operator_id=me.id,
                login=me.login,
                address=address_of(request),
            )
        return see_other(ROOT, f"{answered}곳의 현황을 다시 모았습니다.")

    @get("/plugins", opt=operators_only(), include_in_schema=False)
    async def plugins(self, request: Req) -> Response[str]:
        """Show plugins by city, and what is in quarantine."""
        runtime = request.app.state.runtime
        return desk_page(
            request,
            "plugins.html",
            plugins=list(runtime.host.plugins.values()),
            cities=runtime.registry.all(),
            cells=await cities.matrix(runtime),
            quarantined=runtime.host.quarantined,
        )

    @get("/log", opt=operators_only(), include_in_schema=False)
    async def lines(self, request: Req) -> Response[str]:
        """Show who did what."""
        async with request.app.state.runtime.doors.control_session() as db:
            lines = await log.recent(db, LINES)
        return desk_page(request, "log.html", lines=lines)

    @get("/archives", opt=operators_only(), include_in_schema=False)
    async def archives(self, request: Req) -> Response[str]:
        """Show archives and exports, acts on whole cities, and cities that are gone."""
        async with request.app.state.runtime.doors.control_session() as db:
            made = await db.all(archives.ARCHIVES, limit=LINES)
            acts = await db.all(archives.LOG, limit=LINES)
            gone = await db.all(archives.DROPPED)
        return desk_page(request, "archives.html", made=made, acts=acts, gone=gone)


class FleetPages(Controller):
    """`/platform/fleet`: runs live; a run is started on the command line only."""

    path = "/fleet"

    @get("/", opt=operators_only(), include_in_schema=False)
    async def runs(self, request: Req) -> Response[str]:
        """Show the last runs, and who is behind now."""
        runtime = request.app.state.runtime
        async with runtime.doors.control_session() as db:
            runs = await db.all(fleet.RUNS, limit=RUNS)
        heads = cities.heads_of(runtime)
        late = [(c, cities.behind(c, heads)) for c in runtime.registry.all()]
        return desk_page(
            request,
            "fleet.html",
            runs=runs,
            states=RUN_STATES,
            late=[(city, behind) for city, behind in late if behind],
        )

    @get("/{run_id:uuid}", opt=operators_only(), include_in_schema=False)
    async def run(self, request: Req, run_id: FromPath[UUID]) -> Response[str]:
        """Show one run with the outcome of each city."""
        return desk_page(request, "run.html", **await _run(request, run_id))

    @get("/{run_id:uuid}/live", opt=operators_only(), include_in_schema=False)
    async def live(self, request: Req, run_id: FromPath[UUID]) -> Response[str]:
        """Return the part of the page that moves while the run lasts."""
        return page(request, "operator/_run.html", **await _run(request, run_id))


async def _run(request: Req, run_id: UUID) -> dict[str, Any]:
    async with request.app.state.runtime.doors.control_session() as db:
        found = [r for r in await db.all(fleet.RUNS, limit=OUTCOMES) if r.id == run_id]
        if not found:
            raise MissingError
        outcomes = await db.all(fleet.OUTCOMES, run_id=run_id, limit=OUTCOMES)
    return {
        "run": found[0],
        "outcomes": outcomes,
        "run_states": RUN_STATES,
        "outcome_states": OUTCOME_STATES,
    }


class JobPages(Controller):
    """`/platform/jobs`: the queue, what waits in cities, and doing it again."""

    path = "/jobs"

    @get("/", opt=operators_only(), include_in_schema=False)
    async def show(self, request: Req) -> Response[str]:
        """Show the queue and the cities' outboxes."""
        return await _jobs_page(request)

    @post("/queue/{job_id:int}/retry", opt=operators_only(), include_in_schema=False)
    async def retry_job(self, request: Req, job_id: FromPath[int]) -> Response[Any]:
        """Put a failed job of the queue back."""
        runtime, me = request.app.state.runtime, operator_of(request)
        try:
            await jobs.retry_job(runtime, me, job_id, address_of(request))
        except RefusedError as error:
            return await _jobs_page(request, error)
        return see_other(f"{ROOT}/jobs", "작업을 다시 맡겼습니다.")

    @get("/{slug:str}", opt=operators_only(), include_in_schema=False)
    async def city(self, request: Req, slug: FromPath[str]) -> Response[str]:
        """Show what waits in one city at this moment."""
        return await _city_page(request, slug)

    @post("/{slug:str}/retry", opt=operators_only(), include_in_schema=False)
    async def retry(self, request: Req, slug: FromPath[str]) -> Response[Any]:
        """Make the given-up rows of one kind due again."""
        runtime, form = request.app.state.runtime, await read_form(request)
        city = jobs.city_of(runtime, slug)
        try:
            rows = await jobs.retry_outbox(
                runtime, operator_of(request), city, form["kind"], address_of(request)
            )
        except RefusedError as error:
            return await _city_page(request, slug, error)
        return see_other(f"{ROOT}/jobs/{slug}", f"{rows:,}건을 다시 맡겼습니다.")


async def _jobs_page(request: Req, refused: RefusedError | None = None) -> Response[str]:
    runtime = request.app.state.runtime
    names = {city.id: city.name for city in runtime.registry.all()}
    return desk_page(
        request,
        "jobs.html",
        status=refused.status if refused else 200,
        desk=await jobs.desk(runtime),
        names=names,
        states=jobs.OUTBOX_STATES,
        refused=refused.message if refused else "",
    )


async def _city_page(request: Req, slug: str, refused: RefusedError | None = None) -> Response[str]:
    runtime = request.app.state.runtime
    city = jobs.city_of(runtime, slug)
    return desk_page(
        request,
        "city_jobs.html",
        status=refused.status if refused else 200,
        city_row=city,
        waiting=await jobs.waiting_in(runtime, city),
        states=jobs.OUTBOX_STATES,
        refused=refused.message if refused else "",
    )


PAGES = (CityPages, FleetPages, JobPages)
