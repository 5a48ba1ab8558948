"""Time, real and made up."""

import os
import time

# The suite of the full length takes minutes; a benchmark may want all of it to be as many times shorter.
_SHORTER = float(os.environ.get("SEED_SHORTER", "1"))


def shortened(seconds):
    """Returns how long it takes what takes so many seconds in the suite of the full length."""
    return seconds / _SHORTER


def pause(seconds):
    """Takes the time that a disk, a subprocess or another service would take."""
    if seconds > 0:
        time.sleep(shortened(seconds))


class FakeClock:
    """A clock that only goes on when it is told to, and knows how long it was waited for."""

    def __init__(self, now=0):
        self.now = now
        self.slept = []

    def __call__(self):
        return self.now

    def advance(self, seconds):
        """Goes on."""
        self.now += seconds

    def sleep(self, seconds):
        """Goes on, and remembers it."""
        self.slept.append(seconds)
        self.now += seconds
