"""What follows from what happened to movies."""

from cinema.catalogue.media import delete_medium
from cinema.catalogue.media_events import MediaReplaced
from cinema.jobs import RunContext
from cinema.resources import Resources


async def delete_old_medium(resources: Resources, event: MediaReplaced, run: RunContext) -> None:
    """Delete the objects that no movie names any more."""
    await delete_medium(resources.storage, event.old_key)
