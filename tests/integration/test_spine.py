"""The spine stands: a city, an officer, a signed-in page."""

import asyncpg
import pytest

from sinmungo.testing.web import Web


async def test_sign_in_page(web: Web):
    response = await web.anyone().get("/office/people/sign-in")
    assert response.status_code == 200
    assert "담당자 로그인" in response.text


async def test_unknown_city(web: Web):
    response = await web.anyone().get("/", headers={"host": "nowhere.localhost"})
    assert response.status_code == 404
    assert "오류번호" in response.text


async def test_home(web: Web):
    response = await web.anyone().get("/")
    assert response.status_code == 200
    assert "시험시" in response.text


@pytest.mark.parametrize("path", ["/", "/static/app.css", "/health/live", "/office/people/sign-in"])
async def test_head_answers_like_get_without_a_body(web: Web, path: str):
    client = web.anyone().client
    got, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


def test_a_database_error_is_logged_without_the_rows_values(monkeypatch, capsys):
    from sinmungo.web import problems

    error = asyncpg.UniqueViolationError("duplicate key")
    error.detail = "Key (name)=(나비밀) already exists."
    error.sqlstate = "23505"
    logged = []
    monkeypatch.setattr(problems.log, "error", lambda event, **kv: logged.append((event, kv)))
    problems._log_database(error, "abc")
    assert logged[0][1]["sqlstate"] == "23505"
    assert "나비밀" not in repr(logged)
    assert "나비밀" not in capsys.readouterr().err
