"""What must hold in the books after every test, by the rules that `cinema doctor` checks."""

from cinema.doctor.invariants import violations


async def assert_books_balance() -> None:
    found = await violations()
    assert not found, "\n".join(f"{one.rule}: {one}" for one in found)
