"""A plugin's Struct makes its form: kinds of fields, bounds, secrets, versions."""

import re
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import httpx
import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import select

from sinmungo.app import Runtime, create_app
from sinmungo.host import activation
from sinmungo.host.city_settings import set_setting, settings_of
from sinmungo.host.loader import load
from sinmungo.host.models import settings, settings_history
from sinmungo.host.setting_fields import SettingProblemError, fields_of
from sinmungo.sdk import SettingsGroup, Slice, about
from sinmungo.slices import CORE_SLICES
from sinmungo.testing import database
from sinmungo.testing.fakes import FakeEntry, fake_plugin
from sinmungo.testing.people import People
from sinmungo.testing.web import Browser, Web
from sinmungo_tenants import Tenant, read

PAGE, API = "/admin/settings/funny", "/api/v1/settings/funny"
SECRET = "s3cret-value-of-the-bank"
_VALUES = read(select(settings.c.value), Any)  # type: ignore[arg-type]
_PAST = read(select(settings_history.c.new), Any)  # type: ignore[arg-type]


class Bank(msgspec.Struct, frozen=True):
    """A row."""

    name: Annotated[str, about("은행", min_length=1, max_length=10)] = ""
    branches: Annotated[int, about("지점", unit="곳", ge=0, le=99)] = 0
    open: Annotated[bool, about("참여")] = False


class Funny(msgspec.Struct, frozen=True):
    """Every kind of field."""

    seats: Annotated[int, about("정원", "새 회차부터", unit="명", ge=1, le=50)] = 10
    cap: Annotated[int, about("한도", unit="원", ge=0, le=10**9)] = 1_000_000
    rate: Annotated[Decimal, about("금리", unit="%", ge=0, le=100)] = Decimal("2.5")
    cycle: Annotated[Literal[1, 3], about("주기", choices={3: "분기", 1: "매월"})] = 3
    days: Annotated[
        list[Literal["MON", "TUE"]], about("요일", choices={"MON": "월", "TUE": "화"})
    ] = []
    since: Annotated[date, about("시작일")] = date(2026, 1, 1)
    until: Annotated[date, about("마감일")] = date(2026, 12, 31)
    note: Annotated[str, about("안내", long=True, max_length=100)] = ""
    tags: Annotated[list[str], about("꼬리표")] = []
    banks: Annotated[list[Bank], about("협약 은행")] = []
    key: Annotated[str, about("연계 열쇠", secret=True)] = ""
    on: Annotated[bool, about("받습니다")] = False

    def __post_init__(self) -> None:
        """Refuse a term that ends before it begins."""
        if self.until < self.since:
            raise ValueError("마감일이 시작일보다 앞섭니다.")


class Extra(msgspec.Struct, frozen=True):
    """A group of one of its slices."""

    word: Annotated[str, about("낱말", min_length=1)] = "처음"


def plugin(slug: str = "funny", kind: type[msgspec.Struct] = Funny, prefix: str = "") -> FakeEntry:
    group = SettingsGroup(f"{slug}-extra", "덧붙임", Extra, f"{prefix or slug}.extra")
    return fake_plugin(slug, [Slice("part", "부분", settings=(group,))], settings=kind)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deployed(runtime: Runtime) -> AsyncIterator[Runtime]:
    """Return another process of the test deployment, where the plugin is installed."""
    host = load(CORE_SLICES, found=[plugin()])  # type: ignore[list-item]
    async with Runtime(runtime.settings, host).running() as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def city(deployed: Runtime) -> AsyncIterator[Tenant]:
    made = await database.new_city(deployed, "funnycity", ("funny",), {}, kept=True)
    yield deployed.registry.by_id(made.id)
    await activation.disable(deployed, made, "funny")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def web(deployed: Runtime, city: Tenant) -> AsyncIterator[Web]:
    made = Web(create_app(deployed), city.hosts[0], People(deployed, city))
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(web: Web) -> Browser:
    return web.browser(await web.people.officer("TENANT_ADMIN", name="정다올"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api(web: Web) -> httpx.AsyncClient:
    return web.api(await web.people.officer("TENANT_ADMIN", name="한소리"))


async def put(api: httpx.AsyncClient, **values: Any) -> httpx.Response:
    etag = (await api.get(API)).headers["etag"]
    return await api.put(API, json={"values": values}, headers={"if-match": etag})


async def form(desk: Browser, **typed: str) -> httpx.Response:
    page = (await desk.get(PAGE)).text
    found = re.search(r'name="_version" value="(\d+)"', page)
    assert found
    plain = {
        "seats": "10",
        "cap": "1,000,000",
        "rate": "2.5",
        "cycle": "3",
        "since": "2026-01-01",
        "until": "2026-12-31",
    }
    sent = {**plain, "_version": found[1], "_act": "preview", **typed}
    shown = await desk.post(PAGE, sent)
    mark = re.search(r'name="_seen" value="([0-9a-f]+)"', shown.text)
    if mark is None:
        return shown
    return await desk.post(PAGE, {**sent, "_act": "save", "_seen": mark[1]})


async def test_each_kind_of_field_is_read_as_people_type_it(
    desk: Browser, deployed: Runtime, city: Tenant
):
    answer = await form(
        desk,
        seats="20",
        cap="1억2천만원",
        rate="3.25",
        cycle="1",
        days="MON,TUE",
        until="2026.12.1",
        note="첫 줄\n둘째 줄",
        tags="가\n\n나\n가",
        on="1",
        **{
            "banks-0-name": "",
            "banks-1-name": "기업은행",
            "banks-1-branches": "3",
            "banks-1-open": "1",
        },
    )
    assert answer.status_code == 303, answer.text
    async with deployed.work.open(city) as ctx:
        found = await settings_of(ctx, "funny", Funny)
    assert found == Funny(
        seats=20,
        cap=120_000_000,
        rate=Decimal("3.25"),
        cycle=1,
        days=["MON", "TUE"],
        until=date(2026, 12, 1),
        note="첫 줄\n둘째 줄",
        tags=["가", "나"],
        banks=[Bank("기업은행", 3, open=True)],
        on=True,
    )
    page = (await desk.get(PAGE)).text
    for shown in ("정원 (명)", "1부터 50까지", 'value="120,000,000"', "분기", "협약 은행"):
        assert shown in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"seats": "51"}, "1부터 50까지"),
        ({"cap": "많이"}, "금액을 알아볼 수 없습니다"),
        ({"rate": "101"}, "0부터 100까지"),
        ({"rate": "이"}, "숫자로"),
        ({"cycle": "2"}, "목록에서"),
        ({"since": "어제쯤"}, "날짜"),
        ({"until": "2025-01-01"}, "마감일이 시작일보다 앞섭니다."),
        ({"note": "가" * 101}, "100자까지"),
        ({"banks-0-name": "기업은행", "banks-0-branches": "100"}, "0부터 99까지"),
        ({"banks-0-name": "기업은행", "banks-0-branches": "몇"}, "숫자로"),
    ],
)
async def test_bounds_are_told_in_korean_and_nothing_typed_is_lost(
    desk: Browser, typed: dict[str, str], told: str
):
    answer = await form(desk, **typed)
    assert answer.status_code == 422
    assert told in answer.text
    for text in typed.values():
        assert text in answer.text


async def test_a_secret_is_sealed_masked_and_nowhere_in_clear(
    desk: Browser, api: httpx.AsyncClient, deployed: Runtime, city: Tenant
):
    assert (await form(desk, key=SECRET)).status_code == 303
    async with deployed.work.open(city) as ctx:
        assert (await settings_of(ctx, "funny", Funny)).key == SECRET
        stored = await ctx.db.all(_VALUES)
        past = await ctx.db.all(_PAST)
    assert SECRET not in msgspec.json.encode([stored, past]).decode()
    told = (await api.get(API)).json()
    assert told["secrets"] == {"key": True}
    for answer in (
        await desk.get(PAGE),
        await desk.get(f"{PAGE}/history"),
        await api.get(API),
        await api.get(f"{API}/history"),
        await api.post(f"{API}/preview", json={"values": {"key": SECRET, "seats": 33}}),
    ):
        assert answer.status_code == 200
        assert SECRET not in answer.text
    assert "비밀 값이 바뀜" in (await desk.get(f"{PAGE}/history")).text
    assert (await form(desk, seats="21")).status_code == 303  # left empty: it stays
    async with deployed.work.open(city) as ctx:
        assert (await settings_of(ctx, "funny", Funny)).key == SECRET
    assert (await form(desk, seats="22", **{"key-clear": "1"})).status_code == 303
    assert (await api.get(API)).json()["secrets"] == {"key": False}


async def test_a_secret_cannot_be_restored_and_says_so(desk: Browser, api: httpx.AsyncClient):
    await put(api, key="another")
    newest = (await api.get(f"{API}/history")).json()["items"][0]
    assert newest["restorable"] is False
    etag = (await api.get(API)).headers["etag"]
    body = {"change": newest["id"]}
    answer = await api.post(f"{API}/restore", json=body, headers={"if-match": etag})
    assert answer.status_code == 409
    page = await desk.post(f"{PAGE}/restore", {"change": newest["id"]})
    assert "새로 적어 주세요" in page.text


async def test_the_next_version_of_a_struct_keeps_what_it_can(deployed: Runtime, city: Tenant):
    class Next(msgspec.Struct, frozen=True):
        seats: Annotated[str, about("정원")] = "열"
        cap: Annotated[int, about("한도")] = 5
        added: Annotated[int, about("새것")] = 7

    async with deployed.work.open(city) as ctx:
        await set_setting(ctx, "funny.seats", 12)
        await set_setting(ctx, "funny.cap", 77)
        assert await settings_of(ctx, "funny", Next) == Next("열", 77, 7)
        assert (await settings_of(ctx, "funny", Funny)).seats == 12


async def test_values_that_contradict_one_another_read_as_the_defaults(
    deployed: Runtime, city: Tenant
):
    async with deployed.work.open(city) as ctx:
        await set_setting(ctx, "funny.until", "2025-01-01")
        assert await settings_of(ctx, "funny", Funny) == Funny()
        await set_setting(ctx, "funny.until", "2026-12-31")


async def test_a_slices_own_group_has_a_page_of_its_own(desk: Browser):
    page = await desk.get("/admin/settings/funny-extra")
    assert page.status_code == 200
    assert 'value="처음"' in page.text


async def test_settings_of_a_plugin_that_is_off_are_not_there(
    desk: Browser, deployed: Runtime, city: Tenant
):
    await activation.disable(deployed, city, "funny")
    try:
        assert (await desk.get(PAGE)).status_code == 404
        assert "덧붙임" not in (await desk.get("/admin/settings")).text
    finally:
        await activation.enable(deployed, city, "funny")
    assert (await desk.get(PAGE)).status_code == 200


class Needy(msgspec.Struct):
    """A field without a default."""

    must: int


class Odd(msgspec.Struct):
    """A field that no form can show."""

    many: dict[str, int] = {}


@pytest.mark.parametrize("kind", [Needy, Odd])
def test_a_struct_that_makes_no_form_is_refused_by_name(kind: type[msgspec.Struct]):
    with pytest.raises(SettingProblemError, match=kind.__name__):
        fields_of(kind)
    with pytest.raises(SettingProblemError, match=kind.__name__):
        load(CORE_SLICES, found=[plugin("odd", kind)])  # type: ignore[list-item]


def test_a_group_of_a_plugin_stays_below_its_name():
    with pytest.raises(SettingProblemError, match="must begin with"):
        load(CORE_SLICES, found=[plugin("good", prefix="cases")])  # type: ignore[list-item]
