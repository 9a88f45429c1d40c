"""A tally is given out under its own version and no other."""

from cinema.tallies import Tallies


def test_a_tally_is_found_under_the_version_that_it_was_counted_with() -> None:
    tallies = Tallies()
    tallies.keep("noir", 7, 30)
    assert tallies.find("noir", 7) == 30
    assert tallies.find("noir", 6) is None
    assert tallies.find("noir", 8) is None
    assert tallies.find("western", 7) is None


def test_a_late_count_does_not_replace_a_newer_one() -> None:
    tallies = Tallies()
    tallies.keep("noir", 8, 31)
    tallies.keep("noir", 7, 30)
    assert (tallies.find("noir", 8), tallies.find("noir", 7)) == (31, None)
    tallies.keep("noir", 9, 32)
    assert tallies.find("noir", 9) == 32


def test_the_least_lately_used_goes_first() -> None:
    tallies = Tallies(most=2)
    tallies.keep("a", 1, 1)
    tallies.keep("b", 1, 2)
    assert tallies.find("a", 1) == 1
    tallies.keep("c", 1, 3)
    assert len(tallies) == 2
    assert [tallies.find(what, 1) for what in "abc"] == [1, None, 3]
