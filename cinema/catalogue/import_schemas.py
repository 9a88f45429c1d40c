from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, computed_field

from cinema.catalogue.models import ImportStatus


class ImportMovies(BaseModel):
    """The form beside the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    price: Decimal = Field(ge=0, le=Decimal("99999999.99"), max_digits=10, decimal_places=2)


class ImportOut(BaseModel):
    """How a file fares. Its rows are counted by lines until it is read to its end."""

    id: int
    file_name: str
    price: Decimal
    status: ImportStatus
    rows: int
    read: int
    created: int
    unchanged: int
    """Rows of films that were there already, or that stood twice in the file."""
    error: str
    """Why the file as a whole was not taken; nothing of it was."""
    requested_by: int
    created_at: datetime
    finished_at: datetime | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def refused(self) -> int:
        """How many rows were refused; known once it is done."""
        return self.read - self.created - self.unchanged if self.status == "done" else 0


class RefusedRowOut(BaseModel):
    row: int
    """As a spreadsheet counts, where the header is row 1."""
    name: str
    reason: str
