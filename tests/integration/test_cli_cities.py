"""Adding cities on the command line: one with all its trimmings, and a whole list."""

import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from sinmungo.app import Runtime
from sinmungo.deploy.cities import Cities, CityFile
from sinmungo.deploy.first_admin import FirstAdmin, first_password, new_link
from sinmungo.deploy.many import Wanted, add_many, read_list
from sinmungo.deploy.problems import CityFileProblemError
from sinmungo.deploy.templates import Template, read_template
from sinmungo.errors import InvalidError
from sinmungo.host.city_settings import get_settings
from sinmungo.host.opening import is_open
from sinmungo.people import invitations
from sinmungo.people.invitations import UnusableLinkError
from sinmungo.people.service import list_units
from sinmungo.testing.command import command
from sinmungo_tenants import Tenant

TEMPLATE = """
service_name = "기업애로센터"
hosts = ["{slug}.example.kr"]

[settings]
"cases.default_petition_type" = "STATUTORY"

[[people.departments]]
name = "기업과"
phone = "02-700-1000"
teams = ["상담팀"]
"""
LIST = """\ufeffslug,name,hosts,admin,admin_name
alpha,가시,alpha.localhost,boss,정다올
Bad Slug,나시,,,
beta,다시,,boss,한소리
gamma,라시,gamma.localhost {taken},,
"""


@pytest.fixture
def sinmungo(runtime: Runtime, tmp_path: Path):
    settings = runtime.settings
    environment = {
        **os.environ,
        "SINMUNGO_DATA": settings.data,
        "SINMUNGO_DEPLOYMENT": settings.deployment,
        "SINMUNGO_APP_DSN": settings.app_dsn,
        "SINMUNGO_MIGRATOR_DSN": settings.migrator_dsn,
        "SINMUNGO_TENANTS": str(tmp_path),
        "COLUMNS": "120",
    }

    async def run(*words: str) -> tuple[int, str]:
        return await command(*words, environment=environment)

    return run


async def test_a_city_with_its_first_admin(sinmungo, runtime: Runtime, tmp_path: Path):
    template = tmp_path / "common"
    template.write_text(TEMPLATE, "utf-8")
    words = ("tenant", "add", "newborn", "새시", "--template", str(template))
    code, output = await sinmungo(*words, "--admin", "boss", "--admin-name", "정다올")
    assert (code, "newborn: made" in output) == (0, True), output
    token = re.search(
        r"^https://newborn\.example\.kr/office/people/invitation/(\S+)$", output, re.MULTILINE
    )
    assert token is not None, output
    await runtime.registry.refresh()
    city = runtime.registry.by_slug("newborn")
    assert (city.service_name, city.hosts) == ("기업애로센터", ("newborn.example.kr",))
    code, output = await sinmungo("tenant", "link", "newborn", "boss")
    newer = re.search(r"^https://newborn\S+/invitation/(\S+)$", output, re.MULTILINE)
    assert (code, newer is not None) == (0, True), output
    async with runtime.work.open(city) as ctx:
        assert newer is not None
        assert (await invitations.look(ctx, newer[1])).login == "boss"
        with pytest.raises(UnusableLinkError):
            await invitations.look(ctx, token[1])
        with pytest.raises(InvalidError, match="nobody"):
            await new_link(ctx, "nobody")
        assert not await is_open(ctx)
        assert [u.name for u in await list_units(ctx)] == ["기업과", "상담팀"]
        key = "cases.default_petition_type"
        assert (await get_settings(ctx, {key: ""}))[key] == "STATUTORY"

    code, output = await sinmungo("tenant", "add", "younger", "동생시", "--like", "newborn")
    assert (code, "younger: made" in output) == (0, True), output
    await runtime.registry.refresh()
    async with runtime.work.open(runtime.registry.by_slug("younger")) as ctx:
        assert await list_units(ctx) == []
        assert (await get_settings(ctx, {key: ""}))[key] == "STATUTORY"
        assert await first_password(ctx, FirstAdmin("first", "정다올"))  # before any department
    for refused in (("--like", "no-such"), ("--plugin", "no-such")):
        code, output = await sinmungo("tenant", "add", "third", "셋시", *refused)
        assert (code, len(output.strip().splitlines()), "no-such" in output) == (1, 1, True)


async def test_a_list_goes_on_past_a_failure_and_may_be_repeated(
    sinmungo, runtime: Runtime, tmp_path: Path, city: Tenant
):
    text = LIST.format(taken=city.hosts[0])
    source, template, links = (tmp_path / n for n in ("cities.csv", "common", "links.csv"))
    source.write_text(text, "utf-8")
    template.write_text(TEMPLATE, "utf-8")
    words = ("tenant", "add-many", str(source), "--template", str(template), "--links", str(links))
    code, output = await sinmungo(*words)
    assert code == 1
    assert "2 made, 0 were there, 2 failed" in output
    for line in ("cities.csv:3", "cities.csv:5"):
        assert output.count(line) == 2  # at once, and in the table at the end
    assert stat.S_IMODE(links.stat().st_mode) == 0o600
    first = links.read_text("utf-8").splitlines()
    assert sorted(line.split(",")[0] for line in first) == ["alpha", "beta", "slug"]
    assert "invitation/" not in output

    mended = text.replace("Bad Slug,나시,,,", "good-slug,나시,,boss,").replace(city.hosts[0], "")
    source.write_text(mended, "utf-8")
    code, output = await sinmungo(*words)
    assert (code, "2 made, 2 were there, 0 failed" in output) == (0, True), output
    *former, added = links.read_text("utf-8").splitlines()
    assert (former, added.split(",")[0]) == (first, "good-slug")  # no link is ever lost
    await runtime.registry.refresh()
    assert {"alpha", "beta", "gamma", "good-slug"} <= {c.slug for c in runtime.registry.all()}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("slug,name\na1,가시\na1,나시\n", "list.csv:3: slug a1 stands in list.csv:2"),
        ("slug,name,hosts\na1,가시,same.kr\na2,나시,Same.kr\n", "host same.kr"),
        ("slug,name,town\na1,가시,x\n", "town"),
        ("slug,name\na1,\n", "list.csv:2: name is missing"),
        ("slug,name\na1,가시,넘침\n", "columns"),
        ("slug,name,kind\na1,가시,VILLAGE\n", "kind"),
    ],
    ids=["slug twice", "host twice", "column", "no name", "too long", "kind"],
)
def test_a_faulty_list_is_refused_as_a_whole_with_its_line(text: str, told: str, tmp_path: Path):
    source = tmp_path / "list.csv"
    source.write_text(text, "utf-8")
    with pytest.raises(CityFileProblemError, match=re.escape(told)):
        read_list(source, Template())


def test_a_template_is_no_city(tmp_path: Path):
    file = tmp_path / "common.toml"
    file.write_text('slug = "x1"\n', "utf-8")
    with pytest.raises(CityFileProblemError, match="slug belongs to a city"):
        read_template(file)
    with pytest.raises(CityFileProblemError, match=r"absent\.toml"):
        read_template(tmp_path / "absent.toml")


async def test_many_cities_two_at_a_time(runtime: Runtime, tmp_path: Path):
    source = tmp_path / "made-up.csv"
    rows = [f"many{n:03d},{n}번째시,many{n:03d}.localhost" for n in range(4)]
    source.write_text("\n".join(["slug,name,hosts", *rows]), "utf-8")
    wanted, steps = read_list(source, Template()), []
    outcomes = await add_many(Cities(runtime), wanted, workers=2, step=steps.append)
    assert [o.state for o in outcomes] == ["MADE"] * 4
    assert [o.slug for o in outcomes] == [w.file.slug for w in wanted]
    assert sorted(o.slug for o in steps) == [o.slug for o in outcomes]
    assert runtime.registry.by_host("many003.localhost") is not None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"plugins": ("no-such",)}, "no-such is not installed here"),
        ({"hosts": ("https://a.example.kr/",)}, "is not a host name"),
        ({"hosts": ("127.0.0.1",)}, "the operator's own address"),
        ({"server": "no-such"}, "no-such"),
        ({"tables": {"people": {"departments": [{"label": "과"}]}}}, "[people]: KeyError: 'name'"),
    ],
    ids=["plugin", "address", "desk", "server", "departments"],
)
async def test_what_cannot_be_made_says_why(runtime: Runtime, wrong: dict[str, Any], told: str):
    file = CityFile(slug="wrong", name="시", service_name="기업SOS", **wrong)
    (outcome,) = await add_many(Cities(runtime), [Wanted("a line", file)])
    assert (outcome.state, told in outcome.reason) == ("FAILED", True), outcome.reason
    assert "wrong" not in {c.slug for c in runtime.registry.all()}
