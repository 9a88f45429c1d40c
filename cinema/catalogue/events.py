from cinema.events import CATALOGUE, Event


class CatalogueImported(Event):
    """Many films came in at once: a page of the catalogue fetches itself again."""

    type = "catalogue.imported"
    movies: int

    def topics(self) -> tuple[str, ...]:
        return (CATALOGUE,)
