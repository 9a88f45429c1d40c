"""A mail to many: one that fails costs nobody else theirs, and nobody gets a second one."""

from collections import Counter

import pytest

from cinema.catalogue.events import MovieReleased
from cinema.database import fetch
from cinema.devstack.smtp import MailFault, SmtpCatcher
from cinema.resources import Resources
from tests.accounts_factory import make_user
from tests.factories import make_movie
from tests.mails.post import record, unfinished, work_off

FANS = 11


@pytest.fixture
async def fans(resources: Resources) -> list[str]:
    """The addresses of those who wait for a film that comes out; one more of them is banned."""
    movie = await make_movie("Solaris")
    users = [await make_user(active=number < FANS) for number in range(FANS + 1)]
    for user in users:
        await fetch("INSERT INTO favorites (user_id, movie_id) VALUES ($1, $2)", user.id, movie.id)
    await record(MovieReleased(movie_id=movie.id, name="Solaris"))
    return [user.email for user in users[:FANS]]


def received(catcher: SmtpCatcher) -> Counter[str]:
    return Counter(address for mail in catcher.mailbox.mails() for address in mail.to)


async def test_a_server_that_puts_some_off_is_sent_those_alone_again(
    resources: Resources, catcher: SmtpCatcher, fans: list[str]
) -> None:
    catcher.fail(MailFault.REFUSE, times=2)
    assert sorted(await work_off(resources)) == [False, True]
    assert 0 < received(catcher).total() < FANS
    assert await work_off(resources) == [True]
    assert received(catcher) == Counter(fans)
    assert await unfinished() == []


async def test_an_address_that_is_gone_keeps_the_mail_from_nobody_else(
    resources: Resources, catcher: SmtpCatcher, fans: list[str]
) -> None:
    catcher.fail(MailFault.REJECT_RECIPIENT, times=1)
    assert await work_off(resources) == [True, True]
    assert received(catcher).total() == FANS - 1
    await fetch("UPDATE job_runs SET done_at = NULL")
    await work_off(resources)
    assert received(catcher) == Counter(fans)
