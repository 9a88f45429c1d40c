"""What users say about themselves."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from cinema.accounts.models import UserProfile
from cinema.accounts.schemas import UpdateProfile, age_on
from cinema.roles import Role
from tests.accounts.calls import events
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, resources_of

API = "/api/v1/profiles"


@pytest.fixture
async def own(client: Client) -> dict[str, str]:
    return await bearer(await make_user(), resources_of(client).settings)


async def test_a_profile_changes_in_the_fields_that_are_sent(
    client: Client, own: dict[str, str]
) -> None:
    changes = {
        "first_name": "  Zoë ",
        "last_name": "李",
        "gender": "WOMAN",
        "date_of_birth": "1990-02-28",
        "info": "Films,\nmostly.",
    }
    answer = await client.patch(f"{API}/me", json=changes, headers=own)
    profile = await answer.json()
    assert (answer.status, profile["first_name"], profile["avatar"]) == (200, "Zoë", None)
    await client.patch(f"{API}/me", json={"gender": None, "info": ""}, headers=own)
    profile = await (await client.get(f"{API}/me", headers=own)).json()
    assert (profile["gender"], profile["info"], profile["last_name"]) == (None, "", "李")
    assert await events() == ["profile.changed", "profile.changed"]


@pytest.mark.parametrize(
    "change",
    [
        {"first_name": ""},
        {"first_name": " "},
        {"first_name": "x" * 101},
        {"first_name": "a\u202eb"},
        {"last_name": "a\nb"},
        {"gender": "man"},
        {"gender": ""},
        {"date_of_birth": "1899-12-31"},
        {"date_of_birth": "2999-01-01"},
        {"date_of_birth": "1990-02-30"},
        {"date_of_birth": "yesterday"},
        {"info": "x" * 2001},
        {"info": None},
        {"info": "a\u0007b"},
        {"avatar_key": "avatars/other"},
        {"user_id": 1},
        {"is_active": True},
    ],
)
async def test_a_bad_field_is_refused_and_changes_nothing(
    client: Client, own: dict[str, str], change: dict[str, Any]
) -> None:
    answer = await client.patch(f"{API}/me", json={"first_name": "Eve"} | change, headers=own)
    assert answer.status == 422
    profile = await UserProfile.get()
    assert (profile.first_name, profile.info) == (None, "")
    assert await events() == []


def test_an_age_is_counted_as_a_calendar_does() -> None:
    leap = date(2012, 2, 29)
    assert [age_on(leap, date(2025, 2, 28)), age_on(leap, date(2025, 3, 1))] == [12, 13]
    with time_machine.travel(datetime(2026, 6, 15, 12, tzinfo=UTC)):
        assert UpdateProfile(date_of_birth=date(2013, 6, 15)).date_of_birth == date(2013, 6, 15)
        with pytest.raises(ValueError, match="at least 13 years old"):
            UpdateProfile(date_of_birth=date(2013, 6, 16))


async def test_a_profile_is_for_its_owner_and_administrators(
    client: Client, own: dict[str, str]
) -> None:
    settings = resources_of(client).settings
    profile = await UserProfile.get()
    statuses = []
    for role in Role:
        headers = await bearer(await make_user(role), settings)
        statuses.append((await client.get(f"{API}/{profile.user_id}", headers=headers)).status)
    assert statuses == [404, 404, 200]
    assert (await client.get(f"{API}/{profile.user_id}", headers=own)).status == 200
    admin = await bearer(await make_user(Role.ADMIN), settings)
    assert (await client.get(f"{API}/999", headers=admin)).status == 404
