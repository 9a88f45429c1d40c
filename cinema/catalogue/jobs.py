"""What follows from what happened to movies."""

from cinema.catalogue.import_events import ImportRequested
from cinema.catalogue.import_run import run_import
from cinema.catalogue.media import delete_medium
from cinema.catalogue.media_events import MediaReplaced
from cinema.jobs import RunContext, lasting
from cinema.resources import Resources


async def delete_old_medium(resources: Resources, event: MediaReplaced, run: RunContext) -> None:
    """Delete the objects that no movie names any more."""
    await delete_medium(resources.storage, event.old_key)


@lasting(3600)
async def read_import(resources: Resources, event: ImportRequested, run: RunContext) -> None:
    """Read a file of films that was sent in."""
    await run_import(resources.storage, event.import_id, run.attempt)
