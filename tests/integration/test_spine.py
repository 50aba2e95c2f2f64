"""The spine stands: a city, an officer, a signed-in page."""

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
