import time


class Clock:
    """The simulator's own time, which a test may set ahead (or behind) by some seconds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> int:
        return int(time.time() + self.ahead)
