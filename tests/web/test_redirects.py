import pytest

from cinema.web.redirects import safe_next
from tests.accounts_factory import PASSWORD, make_user
from tests.web.visiting import Visitor

ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    "https://evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "/x\r\nSet-Cookie: a=b",
    "/%0d%0a" + "x" * 2000,
    "/a\\b",
    "/\x00",
    "",
]


@pytest.mark.parametrize("given", ELSEWHERE)
def test_a_way_out_of_the_house_leads_to_its_front_page(given: str) -> None:
    assert safe_next(given) == "/"


@pytest.mark.parametrize("given", ["/", "/orders/7?a=b&c=%2F#talk", "/?q=%22a%20b%22", "/a//b"])
def test_a_way_within_the_house_is_kept(given: str) -> None:
    assert safe_next(given) == given


async def test_a_stranger_is_sent_to_the_login_and_then_back(visitor: Visitor) -> None:
    response = await visitor.get("/orders?page=2")
    assert response.status == 303
    assert response.headers["Location"] == "/login?next=%2Forders%3Fpage%3D2"


async def test_the_login_leads_back_to_the_page_that_asked_for_it(visitor: Visitor) -> None:
    user = await make_user()
    fields = {"email": user.email, "password": PASSWORD, "next": "/library"}
    response = await visitor.post("/login", fields)
    assert (response.status, response.headers["Location"]) == (303, "/library")


async def test_the_login_leads_nobody_elsewhere(visitor: Visitor) -> None:
    user = await make_user()
    fields = {"email": user.email, "password": PASSWORD, "next": "//evil.example"}
    response = await visitor.post("/login", fields)
    assert (response.status, response.headers["Location"]) == (303, "/")
