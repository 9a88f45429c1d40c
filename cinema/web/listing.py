"""The page links under a list."""

from dataclasses import dataclass

from aiohttp import web

from cinema.http.pagination import PageQuery

AROUND = 1
"""How many neighbours of the present page are linked by number."""


@dataclass(frozen=True, slots=True)
class Pager:
    """One page of a list; a link without a number stands for those left out."""

    number: int
    pages: int
    total: int
    prev: str | None
    next: str | None
    links: list[tuple[int | None, str]]


def pager(request: web.Request, query: PageQuery, total: int) -> Pager:
    pages = max(1, -(-total // query.per_page))

    def link(number: int) -> str:
        url = request.rel_url.without_query_params("page")
        return str(url.update_query({"page": str(number)}) if number > 1 else url)

    return Pager(
        number=query.page,
        pages=pages,
        total=total,
        prev=link(min(query.page - 1, pages)) if query.page > 1 else None,
        next=link(query.page + 1) if query.page < pages else None,
        links=[(n, link(n) if n else "") for n in _numbers(query.page, pages)],
    )


def _numbers(current: int, pages: int) -> list[int | None]:
    near = range(current - AROUND, current + AROUND + 1)
    shown = [n for n in range(1, pages + 1) if n in (1, pages) or n in near]
    numbers: list[int | None] = []
    for previous, number in zip([0, *shown], shown, strict=False):
        if number > previous + 1:
            numbers.append(None)
        numbers.append(number)
    return numbers
