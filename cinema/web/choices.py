"""The filters of the catalogue as links: each leads to the list with it taken in, or out again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from multidict import MultiDict
from yarl import URL

from cinema.catalogue.schemas import Facets, MovieQuery, NameFacet
from cinema.web.filters import money

MOST = 24
"""How many choices of a filter are shown, those with the most films."""
DECADE = 9
"""Years from the first of a decade to its last."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter; `link` takes it in, or out again where it is chosen."""

    label: str
    link: str
    movies: int | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    choices: list[Choice]


class Address:
    """The list's address without its page: what the visitor has asked for so far."""

    def __init__(self, url: URL) -> None:
        self._path = url.path
        given = [(name, text) for name, text in url.query.items() if text]
        self._given = [(n, text) for n, text in given if n not in {"page", "per_page", "cursor"}]

    def fields(self, *without: str) -> list[tuple[str, str]]:
        """Return what a form sends along beside its own fields."""
        return [(name, text) for name, text in self._given if name not in without]

    def toggled(self, name: str, value: str) -> str:
        kept = [(n, text) for n, text in self._given if (n, text.lower()) != (name, value.lower())]
        return self._link(kept if len(kept) < len(self._given) else [*kept, (name, value)])

    def having(self, **values: object) -> str:
        """Return the address with these values in the place of their former ones; None: without."""
        given = [(name, str(value)) for name, value in values.items() if value is not None]
        return self._link([*self.fields(*values), *given])

    def _link(self, query: Sequence[tuple[str, str]]) -> str:
        return str(URL.build(path=self._path, query=MultiDict(query)))


def groups(address: Address, query: MovieQuery, facets: Facets, currency: str) -> list[Group]:
    """Lay out every filter that has something to choose."""
    laid_out = [
        Group("Genre", _names(address, "genre", query.genre, facets.genres)),
        Group("Decade", _decades(address, query, facets)),
        Group("Price", _prices(address, query, facets, currency)),
        Group(
            "Rated", _names(address, "certification", query.certification, facets.certifications)
        ),
    ]
    counted = [group for group in laid_out if group.choices]
    if counted or query.available:
        counted.append(Group("Availability", [_on_sale(address, query)]))
    return counted


def chosen(address: Address, query: MovieQuery, currency: str) -> list[Choice]:
    """Name the filters that are in force; their links take them out."""
    found = [
        Choice(prefix + value, address.toggled(name, value), chosen=True)
        for name, prefix in (("genre", ""), ("director", "By "), ("star", "With "),
                             ("certification", "Rated "))
        for value in getattr(query, name)
    ]  # fmt: skip
    if years := _years(query):
        link = address.having(year=None, year_min=None, year_max=None)
        found.append(Choice(years, link, chosen=True))
    if (query.price_min, query.price_max) != (None, None):
        label = _price(query.price_min, query.price_max, currency)
        link = address.having(price_min=None, price_max=None)
        found.append(Choice(label, link, chosen=True))
    if (query.imdb_min, query.imdb_max) != (None, None):
        label = f"IMDb: {_span(query.imdb_min, query.imdb_max)}"
        found.append(Choice(label, address.having(imdb_min=None, imdb_max=None), chosen=True))
    if query.available is not None:
        label = "On sale now" if query.available else "Not on sale"
        found.append(Choice(label, address.having(available=None), chosen=True))
    return found


def _names(
    address: Address, name: str, taken: Iterable[str], facets: Sequence[NameFacet]
) -> list[Choice]:
    held = {value.lower() for value in taken}
    return [
        Choice(
            facet.value, address.toggled(name, facet.value), facet.movies,
            facet.value.lower() in held,
        )
        for number, facet in enumerate(facets) if number < MOST or facet.value.lower() in held
    ]  # fmt: skip


def _decades(address: Address, query: MovieQuery, facets: Facets) -> list[Choice]:
    choices = []
    for decade in facets.decades:
        first, last = decade.year_min, decade.year_max
        is_chosen = (query.year_min, query.year_max) == (first, last)
        span = (None, None) if is_chosen else (first, last)
        link = address.having(year=None, year_min=span[0], year_max=span[1])
        choices.append(Choice(f"{first}s", link, decade.movies, is_chosen))
    return choices


def _prices(address: Address, query: MovieQuery, facets: Facets, currency: str) -> list[Choice]:
    choices = []
    for band in facets.prices:
        low, high = band.price_min, band.price_max
        is_chosen = (query.price_min, query.price_max) == (low, high)
        span = (None, None) if is_chosen else (low, high)
        link = address.having(price_min=span[0], price_max=span[1])
        choices.append(Choice(_price(low, high, currency), link, band.movies, is_chosen))
    return choices


def _on_sale(address: Address, query: MovieQuery) -> Choice:
    link = address.having(available=None if query.available else "true")
    return Choice("On sale now", link, chosen=bool(query.available))


def _years(query: MovieQuery) -> str:
    first, last = query.year_min, query.year_max
    if query.year is not None:
        return str(query.year)
    if first is not None and first % 10 == 0 and last == first + DECADE:
        return f"{first}s"
    return _span(first, last)


def _price(low: Decimal | None, high: Decimal | None, currency: str) -> str:
    if high == 0:
        return "Free"
    written = [None if end is None else money(end, currency) for end in (low, high)]
    return _span(None if low is not None and low < 1 else written[0], written[1])


def _span(low: object, high: object) -> str:
    if low is None:
        return "" if high is None else f"Up to {high}"
    return f"{low} and more" if high is None else f"{low} to {high}"
