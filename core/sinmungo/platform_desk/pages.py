"""The desk's pages: cities, plugins, fleet runs, archives, log; jobs have a module of their own."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.errors import MissingError
from sinmungo.platform_desk import cities, figures, listing, log, operators
from sinmungo.platform_desk.frame import ROOT, address_of, desk_page, operator_of
from sinmungo.platform_desk.listing import PAGE, Wanted
from sinmungo.platform_desk.pages_jobs import JobPages
from sinmungo.web.access import operators_only
from sinmungo.web.forms import query_form
from sinmungo.web.render import page, see_other
from sinmungo.web.types import Req
from sinmungo_tenants.archive import view as archives
from sinmungo_tenants.fleet import view as fleet

RUNS = 30
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
        """Show every city, or those that are wanted."""
        runtime, wanted = request.app.state.runtime, Wanted.of(query_form(request))
        overview = await cities.overview(runtime)
        found = listing.narrowed(overview.rows, wanted)
        return desk_page(
            request,
            "cities.html",
            overview=overview,
            wanted=wanted,
            found=len(found),
            part=listing.cut(found, wanted, ROOT, "곳"),
            shows=listing.SHOWS,
            sorts=listing.SORTS,
        )

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
        silent = len(runtime.registry.all()) - answered
        if silent:
            told = f"{answered}곳의 현황을 다시 모았습니다. {silent}곳은 답하지 않았습니다."
            return see_other(f"{ROOT}?show=look", told, "warning")
        return see_other(ROOT, f"{answered}곳의 현황을 다시 모았습니다.")

    @get("/plugins", opt=operators_only(), include_in_schema=False)
    async def plugins(self, request: Req) -> Response[str]:
        """Show plugins by city, how many cities have each, and what is in quarantine."""
        runtime, wanted = request.app.state.runtime, Wanted.of(query_form(request))
        cells, every = await cities.matrix(runtime), runtime.registry.all()
        found = [
            city
            for city in sorted(every, key=lambda c: c.name)
            if listing.named(city, wanted.q)
            and (wanted.show != "look" or any(c.to_look_at for c in cells[city.id].values()))
        ]
        return desk_page(
            request,
            "plugins.html",
            plugins=list(runtime.host.plugins.values()),
            part=listing.cut(found, wanted, f"{ROOT}/plugins", "곳"),
            wanted=wanted,
            cells=cells,
            totals=cities.totals(cells),
            cities=len(every),
            quarantined=runtime.host.quarantined,
        )

    @get("/log", opt=operators_only(), include_in_schema=False)
    async def lines(self, request: Req) -> Response[str]:
        """Show who did what, and who may come in."""
        runtime, asked = request.app.state.runtime, query_form(request)
        wanted, act = Wanted.of(asked), asked["act"] if asked["act"] in log.ACTS else ""
        async with runtime.doors.control_session() as db:
            lines = await log.recent(db, PAGE + 1, offset=wanted.offset, act=act, q=wanted.q)
        path = f"{ROOT}/log"
        return desk_page(
            request,
            "log.html",
            part=listing.part(lines, wanted, path, act=act),
            wanted=wanted,
            act=act,
            acts=log.ACTS,
            accounts=await operators.all_operators(runtime),
        )

    @get("/archives", opt=operators_only(), include_in_schema=False)
    async def archives(self, request: Req) -> Response[str]:
        """Show archives and exports, acts on whole cities, and cities that are gone."""
        asked = query_form(request)
        wanted, failed = Wanted.of(asked), asked["state"] == "FAILED"
        state = "FAILED" if failed else ""
        async with request.app.state.runtime.doors.control_session() as db:
            made = await db.all(
                archives.ARCHIVES,
                slug=wanted.q.casefold(),
                state=state,
                limit=PAGE + 1,
                offset=wanted.offset,
            )
            acts = await db.all(archives.LOG, limit=LINES)
            gone = await db.all(archives.DROPPED)
        return desk_page(
            request,
            "archives.html",
            part=listing.part(made, wanted, f"{ROOT}/archives", state=state),
            wanted=wanted,
            state=state,
            acts=acts,
            gone=gone,
        )


class FleetPages(Controller):
    """`/platform/fleet`: runs live; a run is started on the command line only."""

    path = "/fleet"

    @get("/", opt=operators_only(), include_in_schema=False)
    async def runs(self, request: Req) -> Response[str]:
        """Show the last runs, and who is behind now."""
        runtime = request.app.state.runtime
        async with runtime.doors.control_session() as db:
            runs = await db.all(fleet.RUNS, limit=RUNS)
            under_way = await db.one(fleet.UNDER_WAY)
        heads = cities.heads_of(runtime)
        late = [(c, cities.behind(c, heads)) for c in runtime.registry.all()]
        return desk_page(
            request,
            "fleet.html",
            runs=runs,
            states=RUN_STATES,
            late=[(city, behind) for city, behind in late if behind],
            shown=PAGE,
            under_way=under_way,
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
    wanted, path = Wanted.of(query_form(request)), f"{ROOT}/fleet/{run_id}"
    async with request.app.state.runtime.doors.control_session() as db:
        found = await db.first(fleet.RUN, id=run_id)
        if found is None:
            raise MissingError
        outcomes = await db.all(fleet.OUTCOMES, run_id=run_id, limit=PAGE + 1, offset=wanted.offset)
        under_way = await db.one(fleet.UNDER_WAY)
    return {
        "run": found,
        "is_cut_off": found.state == "RUNNING" and not under_way,
        "part": listing.part(outcomes, wanted, path),
        "live_href": wanted.href(f"{path}/live"),
        "run_states": RUN_STATES,
        "outcome_states": OUTCOME_STATES,
    }


PAGES = (CityPages, FleetPages, JobPages)
