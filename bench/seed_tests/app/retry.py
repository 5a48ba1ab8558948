"""What is done again when it failed."""


class Refused(Exception):
    """An error after which it makes no sense to try again."""


class GaveUp(Exception):
    """The last of as many errors as were allowed."""

    def __init__(self, attempts, last):
        super().__init__(f"{attempts} attempts, the last of which: {last}")
        self.attempts = attempts
        self.last = last


def delays(first, factor, most, times):
    """Returns how long to wait before each retry."""
    if first < 0 or factor < 1:
        raise ValueError("delays do not get shorter")
    result, delay = [], first
    for _ in range(times):
        result.append(min(delay, most))
        delay *= factor
    return result


def call(action, waits, sleep):
    """Returns what the action does, which is called again after each of some waits if it fails."""
    attempts = 0
    for wait in [*waits, None]:
        attempts += 1
        try:
            return action()
        except Refused:
            raise
        except Exception as error:
            if wait is None:
                raise GaveUp(attempts, error) from error
            sleep(getattr(error, "retry_after", wait))


class Breaker:
    """Lets nothing through for a while after so many errors in a row."""

    def __init__(self, errors, pause, clock):
        self._most = errors
        self._pause = pause
        self._clock = clock
        self._errors = 0
        self._opened = None

    @property
    def state(self):
        """Is "closed", "open", or "half-open" when one call may try."""
        if self._opened is None:
            return "closed"
        if self._clock() - self._opened < self._pause:
            return "open"
        return "half-open"

    def call(self, action):
        """Calls the action if that is allowed."""
        state = self.state
        if state == "open":
            raise Refused("too many errors; try later")
        try:
            result = action()
        except Exception:
            self._errors += 1
            if state == "half-open" or self._errors >= self._most:
                self._opened = self._clock()
            raise
        self._errors = 0
        self._opened = None
        return result
