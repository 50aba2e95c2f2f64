"""Only a known proxy tells from where a request came."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo import config
from sinmungo.web.proxies import Proxies, address_of

PROXY, CLIENT = "10.0.0.1", "203.0.113.7"


def seen(peer: str | None, forwarded: list[str], trusted: tuple[str, ...], proto: str = "") -> Any:
    headers = [(b"x-forwarded-for", line.encode("latin-1")) for line in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope = {"client": (peer, 4711) if peer else None, "scheme": "http", "headers": headers}
    Proxies(trusted).correct(scope)
    return scope


def client(peer: str | None, forwarded: list[str], trusted: tuple[str, ...]) -> str | None:
    found = seen(peer, forwarded, trusted)["client"]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        (CLIENT, ["198.51.100.1"], (), CLIENT),
        (CLIENT, ["198.51.100.1"], (PROXY,), CLIENT),
        (PROXY, ["198.51.100.1"], (), PROXY),
        (PROXY, [CLIENT], (PROXY,), CLIENT),
        (PROXY, [], (PROXY,), PROXY),
        (PROXY, [f"198.51.100.1, {CLIENT}"], (PROXY,), CLIENT),
        (PROXY, ["198.51.100.1", CLIENT], (PROXY,), CLIENT),
        (PROXY, [f"198.51.100.1, {CLIENT}, 10.9.9.9"], ("10.0.0.0/8",), CLIENT),
        (PROXY, ["10.0.0.3, 10.0.0.2"], ("10.0.0.0/8",), "10.0.0.3"),
        (PROXY, [f"{CLIENT}, nonsense"], (PROXY,), PROXY),
        (PROXY, [f"{CLIENT}, ' OR 1=1, 10.0.0.2"], ("10.0.0.0/8",), "10.0.0.2"),
        (PROXY, [f"{CLIENT}:51000"], (PROXY,), CLIENT),
        (PROXY, ["[2001:db8::7]:51000"], (PROXY,), "2001:db8::7"),
        ("::ffff:10.0.0.1", [CLIENT], (PROXY,), CLIENT),
        ("::1", [CLIENT], ("::1",), CLIENT),
        (None, [CLIENT], (PROXY,), None),
    ],
)
def test_the_client_is_the_right_most_that_is_no_proxy_of_ours(peer, forwarded, trusted, expected):
    assert client(peer, forwarded, trusted) == expected


def test_the_scheme_is_believed_of_a_known_proxy_alone():
    assert seen(PROXY, [CLIENT], (PROXY,), "https")["scheme"] == "https"
    assert seen(PROXY, [CLIENT], (PROXY,), "http, https")["scheme"] == "https"
    assert seen(PROXY, [CLIENT], (PROXY,), "javascript")["scheme"] == "http"
    assert seen(CLIENT, [CLIENT], (PROXY,), "https")["scheme"] == "http"


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=20), max_size=4))
def test_nothing_that_is_sent_breaks_it_or_is_kept_unread(lines: list[str]):
    found = client(PROXY, lines, ("10.0.0.0/8",))
    assert found is not None
    assert address_of(found) is not None


@given(st.lists(st.ip_addresses(v=4).map(str), max_size=4))
def test_what_a_client_writes_never_changes_who_it_is(lies: list[str]):
    assert client(PROXY, [*lies, CLIENT], (PROXY,)) == CLIENT


def test_a_proxy_that_is_no_address_is_named():
    loaded = config.load({"SINMUNGO_TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/8"})
    assert loaded.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")
    with pytest.raises(msgspec.ValidationError, match=r"proxy\.example\.kr"):
        config.load({"SINMUNGO_TRUSTED_PROXIES": "proxy.example.kr"})
