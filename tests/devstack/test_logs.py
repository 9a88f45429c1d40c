"""What of the children's logs reaches the terminal."""

from pathlib import Path

from cinema.devstack.logs import MAX_BYTES, LogFollower, rotate

TRACE = [
    "Traceback (most recent call last):",
    '  File "a.py", line 1, in <module>',
    "ValueError: no such film",
]


def append(path: Path, text: str) -> None:
    with path.open("a") as log:
        log.write(text)


def test_lines_that_matter_are_shown_once(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("[error    ] of an earlier start\n")
    follower = LogFollower("web", log)
    loud = [
        "\x1b[2m2026\x1b[0m [\x1b[33m\x1b[1mwarning  \x1b[0m] low on popcorn",
        '{"event": "broken", "level": "error"}',
        "ERROR: bind failed",
        *TRACE,
    ]
    quiet = ["2026 [info     ] error_count=0", '{"event": "error", "level": "info"}', "{not json"]
    append(log, "\n".join([*quiet, *loud, *quiet]) + "\n")
    assert list(follower.new_lines()) == loud
    assert list(follower.new_lines()) == []


def test_a_line_is_shown_when_it_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    follower = LogFollower("web", log)
    assert list(follower.new_lines()) == []
    append(log, "[warning  ] half")
    assert list(follower.new_lines()) == []
    append(log, " and half\n")
    assert list(follower.new_lines()) == ["[warning  ] half and half"]


def test_everything_is_shown_on_demand(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    follower = LogFollower("web", log, everything=True)
    append(log, "[info] calm\n[info] still calm\n")
    assert list(follower.new_lines()) == ["[info] calm", "[info] still calm"]


def test_a_log_that_has_grown_large_is_set_aside(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    rotate(log)
    log.write_bytes(b"x" * (MAX_BYTES + 1))
    rotate(log)
    assert not log.exists()
    assert (tmp_path / "web.log.1").stat().st_size == MAX_BYTES + 1
