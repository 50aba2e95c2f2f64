"""`sinmungo operator …` and `sinmungo doctor` as an operator runs them."""

import os
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.platform_desk import totp
from sinmungo.testing.command import command
from sinmungo.testing.web import Browser

type Run = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def sinmungo(runtime: Runtime) -> Run:
    settings = runtime.settings
    environment = {
        **os.environ,
        "SINMUNGO_DATA": settings.data,
        "SINMUNGO_DEPLOYMENT": settings.deployment,
        "SINMUNGO_APP_DSN": settings.app_dsn,
        "SINMUNGO_MIGRATOR_DSN": settings.migrator_dsn,
        "COLUMNS": "200",
    }

    async def run(*words: str, **changes: str) -> tuple[int, str]:
        return await command(*words, environment=environment | changes)

    return run


def told(output: str, label: str) -> str:
    found = re.search(rf"^{label} +(\S+)", output, re.MULTILINE)
    assert found, output
    return found[1]


async def test_an_operator_is_made_and_signs_in_with_what_was_told(sinmungo: Run, app: Any):
    code, output = await sinmungo("operator", "add", "lee")
    assert code == 0, output
    password, secret = told(output, "비밀번호"), told(output, "인증 비밀값")
    assert f"secret={secret}" in output
    assert len(re.findall(r"^  [0-9a-f]{20}$", output, re.MULTILINE)) == 8
    _, digits = await sinmungo("operator", "code", secret)
    assert totp.matching_step(secret, digits.strip(), clock.now()) is not None
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        door = Browser(client)
        await door.get("/platform/sign-in")
        form = {"login": "lee", "password": password, "code": digits.strip()}
        assert (await door.post("/platform/sign-in", form)).status_code == 303
        assert (await door.get("/platform")).headers["location"] == "/platform/password"
        assert (await sinmungo("operator", "disable", "lee"))[0] == 0
        assert (await door.get("/platform")).headers["location"] == "/platform/sign-in"
    code, listed = await sinmungo("operator", "list")
    assert code == 0
    assert re.search(r"lee +│ DISABLED .*│ 8 ", listed), listed
    code, output = await sinmungo("operator", "add", "lee")
    assert (code, len(output.strip().splitlines())) == (1, 1)
    code, output = await sinmungo("operator", "code", "not base32 1!")
    assert (code, "TOTP" in output) == (1, True)


async def test_the_doctor_says_what_is_wrong(sinmungo: Run):
    """What it finds is tried in test_doctor; here, that it is a command that ends well or not."""
    code, output = await sinmungo("doctor", "--quiet", SINMUNGO_WORKERS="many")
    assert code == 1
    assert "설정을 읽지 못했습니다" in output
    assert "Traceback" not in output
