"""A browser without a screen: it keeps cookies, follows nothing, and fills in forms."""

import re
from html import unescape
from html.parser import HTMLParser
from http.cookies import SimpleCookie

from aiohttp import ClientResponse

from cinema.accounts.models import User
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import PASSWORD, make_user
from tests.conftest import Client

TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')
Fields = dict[str, str]


class Visitor:
    """Sends what a browser sends: its kind of Accept, the page's origin, the form's token."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self.client = client
        self.settings = settings

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.client.get(
            path, headers={"Accept": "text/html", **headers}, allow_redirects=False
        )

    async def read(self, path: str) -> str:
        """Return the page; it has to be there."""
        response = await self.get(path)
        assert response.status == 200, path
        return await response.text()

    async def token(self) -> str:
        """Find the token in a page that has a form for everybody."""
        response = await self.get("/login")
        page = await (response if response.status == 200 else await self.get("/cart")).text()
        found = TOKEN.search(page)
        assert found is not None
        return found[1]

    async def post(self, path: str, fields: Fields | None = None, **headers: str) -> ClientResponse:
        """Send a form with its token from a page of the house."""
        given = {"csrf_token": await self.token(), **(fields or {})}
        return await self.post_raw(path, given, **headers)

    async def post_raw(self, path: str, fields: Fields, **headers: str) -> ClientResponse:
        return await self.client.post(
            path,
            data=fields,
            headers={"Accept": "text/html", "Origin": self.settings.public_url, **headers},
            allow_redirects=False,
        )

    async def log_in(self, role: Role = Role.USER) -> User:
        """Become somebody with an account."""
        user = await make_user(role)
        response = await self.post("/login", {"email": user.email, "password": PASSWORD})
        assert response.status == 303
        return user


def cookies_of(response: ClientResponse) -> SimpleCookie:
    """Return the cookies that an answer sets, with their attributes."""
    jar = SimpleCookie()
    for header in response.headers.getall("Set-Cookie", ()):
        jar.load(header)
    return jar


def words(html: str) -> str:
    """Return what a reader reads of a page."""
    reader = _Reader()
    reader.feed(html)
    return " ".join(unescape(" ".join(reader.texts)).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
