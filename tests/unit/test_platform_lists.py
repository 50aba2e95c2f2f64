"""What the operator wants of a long list: found, sorted, cut, and an address that says so."""

from collections import defaultdict
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo import clock
from sinmungo.platform_desk.cities import CityRow
from sinmungo.platform_desk.figures import Figures
from sinmungo.platform_desk.listing import PAGE, SORTS, Wanted, cut, narrowed, part
from sinmungo_tenants import Tenant
from sinmungo_tenants.archive.view import LastArchive

NOW = clock.now()


def row(slug: str, name: str, cases: int | None = None, **more: Any) -> CityRow:
    city = Tenant(slug, slug, "CITY", name, "-", "ACTIVE", hosts=(f"{slug}.sos.example.kr",))
    zero = dict.fromkeys(Figures.__struct_fields__, 0)
    told = {"tenant_id": slug, "outbox": [], "plugins": [], "problem": "", "gathered_at": NOW}
    known = Figures(**{**zero, **told, "cases_this_month": cases}) if cases is not None else None
    city = msgspec.structs.replace(city, **more.pop("city", {}))
    return CityRow(city, [], known, more.pop("bytes", None), more.pop("archive", None), 0, **more)


ROWS = (
    row("alpha", "하늘시", 3, bytes=10, problem="BindError"),
    row("beta", "가람시", 7, city={"state": "SUSPENDED"}),
    row("gamma", "나래군", archive=LastArchive("gamma", NOW - timedelta(days=9), "f", 1, 1)),
    row("delta", "다솜시", 0, city={"upgrading": True}, archive_is_old=True, bytes=99),
    row("epsilon", "마루시", 1, city={"plugin_states": {"some": "TRIPPED"}, "server": "east"}),
)


def wanted(**asked: str) -> Wanted:
    return Wanted.of(defaultdict(str, asked))


def slugs(**asked: str) -> str:
    return " ".join(r.city.slug for r in narrowed(ROWS, wanted(**asked)))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "beta gamma delta epsilon alpha"),
        ({"sort": "-name"}, "alpha epsilon delta gamma beta"),
        ({"q": "시"}, "beta delta epsilon alpha"),
        ({"q": "EXAMPLE 나래"}, "gamma"),
        ({"q": "east"}, "epsilon"),
        ({"q": "nowhere"}, ""),
        ({"show": "look"}, "delta epsilon alpha"),
        ({"show": "stopped"}, "beta delta"),
        ({"show": "unarchived"}, "delta"),
        ({"show": "late"}, ""),
        ({"sort": "-cases"}, "beta alpha epsilon delta gamma"),
        ({"sort": "-bytes", "q": "시"}, "delta alpha beta epsilon"),
        ({"sort": "archive"}, "beta delta epsilon alpha gamma"),
        ({"sort": "password", "show": "secrets"}, "beta gamma delta epsilon alpha"),
    ],
)
def test_cities_are_found_and_sorted(asked: dict[str, str], found: str):
    assert slugs(**asked) == found


@given(st.integers(0, 400), st.integers(0, 12))
def test_every_row_is_on_one_page(total: int, beyond: int):
    """Going from page to page shows each row once; a page that is not there is the last one."""
    seen: list[int] = []
    at = Wanted()
    while True:
        page = cut(range(total), at, "/platform", "곳")
        seen += page.rows
        assert bool(page.prev_href) == (at.page > 1)
        if not page.next_href:
            break
        at = wanted(**{k: v[0] for k, v in parse_qs(urlsplit(page.next_href).query).items()})
    assert seen == list(range(total))
    late = cut(range(total), msgspec.structs.replace(at, page=at.page + beyond), "/platform", "곳")
    assert list(late.rows) == list(page.rows)


@given(st.text(max_size=20), st.sampled_from([*SORTS, "-name", "look"]))
def test_an_address_says_what_is_wanted(words: str, sort: str):
    first = wanted(q=words, sort=sort)
    query = urlsplit(first.href("/platform", page=4, state="FAILED")).query
    asked = {k: v[0] for k, v in parse_qs(query).items()}
    assert asked.pop("state") == "FAILED"
    assert wanted(**asked) == msgspec.structs.replace(first, page=4)


@pytest.mark.parametrize("typed", ["", "0", "-1", "x", "１", "9999999999", "1e3"])
def test_a_page_that_is_no_number_is_the_first(typed: str):
    assert wanted(page=typed).page == 1


def test_a_column_once_more_turns_round():
    assert wanted().sort_href("/p", "cases") == "/p?sort=-cases"
    assert wanted(sort="-cases").sort_href("/p", "cases") == "/p?sort=cases"
    assert wanted(sort="cases").sorted_by("cases") == "asc"
    assert wanted(sort="-cases").sorted_by("cases") == "desc"
    assert wanted().sort_href("/p", "name") == "/p?sort=-name"
    assert wanted(sort="-cases", page="3").sort_href("/p", "name") == "/p"
    assert wanted(sort="-cases").sorted_by("name") == ""


def test_a_part_knows_of_one_row_more():
    more = part(range(PAGE + 1), wanted(page="2"), "/platform/log", act="LOCKED")
    assert (len(more.rows), more.text) == (PAGE, "2쪽")
    assert more.next_href == "/platform/log?page=3&act=LOCKED"
    assert more.prev_href == "/platform/log?act=LOCKED"
    last = part(range(3), wanted(), "/platform/log")
    assert (list(last.rows), last.text, last.next_href) == ([0, 1, 2], "", "")
