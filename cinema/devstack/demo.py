"""What a first start puts into the database: a catalogue to look at, an account for each role."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

from cinema.accounts.passwords import hash_password
from cinema.accounts.service.registration import add_user
from cinema.catalogue.csvrow import MovieRow
from cinema.catalogue.importer import Offer, import_offers
from cinema.catalogue.mediatypes import content_type_of
from cinema.database import fetch, open_database, transaction
from cinema.devstack.screen import PASSWORD
from cinema.money import is_payable, minimum_charge
from cinema.roles import Role
from cinema.settings import Settings
from cinema.storage import StorageUnavailable, open_storage

CLIP = "videos/demo-clip.webm"
ACCOUNTS = {
    "user@example.com": Role.USER,
    "moderator@example.com": Role.MODERATOR,
    "admin@example.com": Role.ADMIN,
}


async def prepare(settings: Settings) -> None:
    """Fill what is empty; on every later start this is two short questions to the database."""
    if settings.is_production:
        raise RuntimeError("the demo accounts have a public password")
    async with open_database(settings, "cinema-demo"):
        if not await fetch("SELECT FROM movies LIMIT 1"):
            await import_offers(demo_offers(settings.currency))
            await lend_clip(settings)
        if not await fetch("SELECT FROM users LIMIT 1"):
            await make_accounts()


async def lend_clip(settings: Settings) -> None:
    """Give every film one and the same clip to play; a movie deletes it only as its last one."""
    clip = (files("cinema.devstack") / "demo_clip.webm").read_bytes()
    async with open_storage(settings) as storage:
        try:
            await storage.ensure_bucket()
            await storage.put(CLIP, clip, content_type_of(CLIP))
        except StorageUnavailable:
            # A foreign storage that is away: there is a catalogue all the same, and no films.
            return
    await fetch("UPDATE movies SET video_key = $1, trailer_key = $1", CLIP)


async def make_accounts() -> None:
    password_hash = await hash_password(PASSWORD)
    async with transaction():
        for email, role in ACCOUNTS.items():
            await add_user(email, password_hash, role, is_active=True)


def demo_offers(currency: str) -> Iterator[Offer]:
    """Read the demo catalogue; dates of release lie as far ahead as its entries say.

    Its prices are dollars: in another currency they have the same digits, moved to where each can
    be charged, such as 9.99 dollars, 999 yen and 99.90 crowns.
    """
    text = (files("cinema.catalogue") / "demo_movies.json").read_text(encoding="utf-8")
    entries = json.loads(text)
    places = _places([Decimal(entry["price"]) for entry in entries], currency)
    for entry in entries:
        yield _offer(entry, Decimal(entry["price"]).scaleb(places))


def _places(prices: list[Decimal], currency: str) -> int:
    """Return by how many places prices have to grow at least."""
    cheapest, places = min(price for price in prices if price), 0
    while cheapest.scaleb(places) < minimum_charge(currency) or not all(
        is_payable(price.scaleb(places), currency) for price in prices
    ):
        places += 1
    return places


def _offer(entry: dict[str, Any], price: Decimal) -> Offer:
    days, gross = entry["release_in_days"], entry["gross"]
    row = MovieRow(
        name=entry["name"],
        year=entry["year"],
        time=entry["time"],
        imdb=Decimal(entry["imdb"]),
        votes=entry["votes"],
        meta_score=entry["meta_score"],
        gross=None if gross is None else Decimal(gross),
        description=entry["description"],
        price=price,
        certification=entry["certification"],
        genres=tuple(entry["genres"]),
        directors=tuple(entry["directors"]),
        stars=tuple(entry["stars"]),
    )
    release_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    return Offer(row, is_available=entry["is_available"], release_at=release_at)
