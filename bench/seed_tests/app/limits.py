"""How much somebody may ask for."""

from collections import deque


class Window:
    """So many calls in so many seconds."""

    def __init__(self, calls, seconds, clock):
        if calls < 1 or seconds <= 0:
            raise ValueError("a limit has to let something through")
        self._calls = calls
        self._seconds = seconds
        self._clock = clock
        self._times = deque()

    def allow(self):
        """Counts a call, if it may be made now."""
        now = self._clock()
        self._forget(now)
        if len(self._times) >= self._calls:
            return False
        self._times.append(now)
        return True

    def wait(self):
        """Returns how long it is until a call may be made."""
        now = self._clock()
        self._forget(now)
        if len(self._times) < self._calls:
            return 0
        return self._times[0] + self._seconds - now

    def left(self):
        """Returns how many calls may be made now."""
        self._forget(self._clock())
        return self._calls - len(self._times)

    def _forget(self, now):
        while self._times and self._times[0] <= now - self._seconds:
            self._times.popleft()


class Bucket:
    """A number of tokens, which come back at a rate, up to a capacity."""

    def __init__(self, capacity, rate, clock):
        self.capacity = capacity
        self._rate = rate
        self._clock = clock
        self._tokens = capacity
        self._at = clock()

    def take(self, tokens=1):
        """Takes tokens, if there are as many."""
        if tokens > self.capacity:
            raise ValueError(f"there will never be {tokens} tokens")
        self._refill()
        if tokens > self._tokens:
            return False
        self._tokens -= tokens
        return True

    def level(self):
        """Returns how many tokens there are."""
        self._refill()
        return self._tokens

    def _refill(self):
        now = self._clock()
        if now > self._at:
            self._tokens = min(self.capacity, self._tokens + (now - self._at) * self._rate)
            self._at = now


class Quota:
    """Tokens of several people, each of whom has a share of their own."""

    def __init__(self, shares):
        self._shares = dict(shares)
        self._used = dict.fromkeys(self._shares, 0)

    def use(self, who, tokens):
        """Uses tokens of somebody's share."""
        if who not in self._shares:
            raise KeyError(who)
        if self._used[who] + tokens > self._shares[who]:
            return False
        self._used[who] += tokens
        return True

    def left(self, who):
        """Returns what somebody has left."""
        return self._shares[who] - self._used[who]

    def lend(self, source, target, tokens):
        """Moves a part of one share to another one, as much as is left of it, and returns how much that is."""
        tokens = min(tokens, self.left(source))
        if tokens <= 0:
            return 0
        self._shares[source] -= tokens
        self._shares[target] += tokens
        return tokens
