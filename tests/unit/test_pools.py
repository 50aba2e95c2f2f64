"""The pool of a server that is away: nobody waits long, and it is asked again by itself."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from sinmungo_tenants import pools
from sinmungo_tenants.doors import Doors
from sinmungo_tenants.errors import ServerDownError, UnknownServerError
from sinmungo_tenants.names import Deployment
from sinmungo_tenants.pools import RemotePool
from sinmungo_tenants.registry import Tenant


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening.getsockname()[1]


def city(server: str) -> Tenant:
    return Tenant("abcdefgh", "saebyeok", "CITY", "새벽시", "기업SOS", "ACTIVE", server)


async def test_one_request_tries_and_the_others_hear_of_it(
    silent: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pools, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(pools, "RETRY_SECONDS", 60.0)
    pool, tried = RemotePool("east"), []
    await pool.open(f"postgresql://nobody@127.0.0.1:{silent}/none", 1.0, max_size=4)
    find_out = RemotePool._try

    async def counted(self: RemotePool) -> object:
        tried.append(1)
        return await find_out(self)

    monkeypatch.setattr(RemotePool, "_try", counted)
    told = await asyncio.gather(*(pool.acquire() for _ in range(50)), return_exceptions=True)
    assert {type(error) for error in told} == {ServerDownError}
    assert len(tried) == 1
    assert pool.refuses
    with pytest.raises(ServerDownError, match="east"):
        await pool.acquire()
    assert (len(tried), pool.waiting) == (1, 0)
    monkeypatch.setattr(pool, "_next_try", 1.0)  # the time has come
    assert not pool.refuses
    with pytest.raises(ServerDownError):
        await pool.acquire()
    assert len(tried) == 2
    await pool.close()


def test_a_server_that_the_settings_have_not_is_refused():
    doors = Doors(Deployment("x"), "", servers={"east": ("", 2)})
    assert [doors.refuses(city(name)) for name in ("main", "east", "west")] == [False, False, True]
    with pytest.raises(UnknownServerError, match="'west'"):
        doors.tenant_session(city("west"))
