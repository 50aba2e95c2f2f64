"""The desk's page of jobs: the queue, what waits in cities, and doing it again."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from sinmungo.errors import RefusedError
from sinmungo.platform_desk import jobs, retries
from sinmungo.platform_desk.cities import problem_of
from sinmungo.platform_desk.figures import Waiting
from sinmungo.platform_desk.frame import ROOT, address_of, desk_page, operator_of
from sinmungo.platform_desk.jobs import GivenUp
from sinmungo.platform_desk.retries import Who
from sinmungo.web.access import operators_only
from sinmungo.web.forms import read_form
from sinmungo.web.render import see_other
from sinmungo.web.types import Req
from sinmungo_tenants.errors import TenantsError

HOME = f"{ROOT}/jobs"


class JobPages(Controller):
    """`/platform/jobs`: one job, one kind in a city, one kind everywhere, the whole queue."""

    path = "/jobs"

    @get("/", opt=operators_only(), include_in_schema=False)
    async def show(self, request: Req) -> Response[str]:
        """Show the queue and the cities' outboxes."""
        return await _jobs_page(request)

    @post("/queue/all/retry", opt=operators_only(), include_in_schema=False)
    async def retry_jobs(self, request: Req) -> Response[Any]:
        """Put every failed job of the queue back."""
        try:
            done, left = await retries.all_jobs(request.app.state.runtime, _who(request))
        except RefusedError as error:
            return await _jobs_page(request, error)
        rest = f" {left:,}개는 같은 일이 이미 기다려 그대로 두었습니다." if left else ""
        return see_other(HOME, f"작업 {done:,}개를 다시 맡겼습니다.{rest}")

    @post("/queue/{job_id:int}/retry", opt=operators_only(), include_in_schema=False)
    async def retry_job(self, request: Req, job_id: FromPath[int]) -> Response[Any]:
        """Put a failed job of the queue back."""
        try:
            await retries.job(request.app.state.runtime, _who(request), job_id)
        except RefusedError as error:
            return await _jobs_page(request, error)
        return see_other(HOME, "작업을 다시 맡겼습니다.")

    @post("/retry", opt=operators_only(), include_in_schema=False)
    async def retry_everywhere(self, request: Req) -> Response[Any]:
        """Make the given-up rows of one kind due again in every city."""
        runtime, form = request.app.state.runtime, await read_form(request)
        try:
            told = await retries.kind_everywhere(runtime, _who(request), form["kind"])
        except RefusedError as error:
            return await _jobs_page(request, error)
        done = f"시·군 {told.cities:,}곳의 {told.rows:,}건을 다시 맡겼습니다."
        if told.away:
            away = ", ".join(told.away)
            return see_other(HOME, f"{done} 닿지 못한 곳: {away}", "warning")
        return see_other(HOME, done)

    @get("/{slug:str}", opt=operators_only(), include_in_schema=False)
    async def city(self, request: Req, slug: FromPath[str]) -> Response[str]:
        """Show what waits in one city at this moment."""
        return await _city_page(request, slug)

    @post("/{slug:str}/retry", opt=operators_only(), include_in_schema=False)
    async def retry(self, request: Req, slug: FromPath[str]) -> Response[Any]:
        """Make the given-up rows of one kind due again, or one of them."""
        runtime, form = request.app.state.runtime, await read_form(request)
        city, one = jobs.city_of(runtime, slug), _id(form["id"])
        try:
            rows = await retries.kind(runtime, _who(request), city, form["kind"], one)
        except RefusedError as error:
            return await _city_page(request, slug, error)
        return see_other(f"{HOME}/{slug}", f"{rows:,}건을 다시 맡겼습니다.")


def _who(request: Req) -> Who:
    return Who(operator_of(request), address_of(request))


def _id(text: str) -> UUID | None:
    """Return the row that is meant, none for all of a kind; of a broken id nothing is done."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)


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
    city, away = jobs.city_of(runtime, slug), ""
    waiting: list[Waiting] = []
    given_up: list[GivenUp] = []
    try:
        waiting = await jobs.waiting_in(runtime, city)
        given_up = await jobs.given_up_in(runtime, city)
    except TenantsError as error:
        away = problem_of(type(error).__name__)
    return desk_page(
        request,
        "city_jobs.html",
        status=503 if away else refused.status if refused else 200,
        city_row=city,
        away=away,
        waiting=waiting,
        given_up=given_up,
        states=jobs.OUTBOX_STATES,
        refused=refused.message if refused else "",
    )
