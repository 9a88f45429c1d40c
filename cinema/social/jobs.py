from cinema.accounts.events import UserDeleted
from cinema.jobs import RunContext
from cinema.resources import Resources
from cinema.social import service


async def forget_votes(resources: Resources, event: UserDeleted, run: RunContext) -> None:
    """Take back what a user who has left liked, rated and kept as a favourite."""
    await service.forget_votes(event.user_id)
