from cinema.catalogue.models import ImportStatus
from cinema.events import STAFF, Event


class ImportEvent(Event):
    import_id: int

    def topics(self) -> tuple[str, ...]:
        return (STAFF,)


class ImportRequested(ImportEvent):
    """A file of films was sent in and waits to be read."""

    type = "import.requested"


class ImportProgress(ImportEvent):
    """So many of a file's rows are read; before its end `rows` is what its lines promise."""

    type = "import.progress"
    status: ImportStatus
    rows: int
    read: int
