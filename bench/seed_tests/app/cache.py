"""Answers that were given before."""

from collections import OrderedDict


class Cache:
    """A limited number of values, of which those that were used last stay."""

    def __init__(self, size, *, lifetime=None, clock=None):
        if size < 1:
            raise ValueError("a cache has to have room for something")
        if lifetime is not None and clock is None:
            raise ValueError("a lifetime needs a clock")
        self._size = size
        self._lifetime = lifetime
        self._clock = clock
        self._values = OrderedDict()
        self.hits = self.misses = self.evicted = 0

    def __len__(self):
        return len(self._values)

    def __contains__(self, key):
        return key in self._values and not self._is_stale(key)

    def put(self, key, value):
        """Keeps a value."""
        self._values[key] = (value, self._now())
        self._values.move_to_end(key)
        while len(self._values) > self._size:
            self._values.popitem(last=False)
            self.evicted += 1

    def get(self, key, default=None):
        """Returns the value of a key."""
        if key in self._values and self._is_stale(key):
            del self._values[key]
        if key not in self._values:
            self.misses += 1
            return default
        self.hits += 1
        self._values.move_to_end(key)
        return self._values[key][0]

    def get_or_make(self, key, make):
        """Returns the value of a key, or else makes and keeps it."""
        missing = object()
        value = self.get(key, missing)
        if value is missing:
            value = make(key)
            self.put(key, value)
        return value

    def drop(self, wanted):
        """Drops the values of all keys that are wanted gone, and returns how many these were."""
        gone = [key for key in self._values if wanted(key)]
        for key in gone:
            del self._values[key]
        return len(gone)

    def keys(self):
        """Returns all keys, the one that was used last at the end."""
        return list(self._values)

    def ratio(self):
        """Returns the share of hits."""
        asked = self.hits + self.misses
        if asked == 0:
            return 0.0
        return self.hits / asked

    def _now(self):
        return self._clock() if self._clock else 0

    def _is_stale(self, key):
        if self._lifetime is None:
            return False
        return self._now() - self._values[key][1] >= self._lifetime


def key_of(model, messages):
    """Returns what two requests have in common if they have the same answer."""
    parts = [model]
    for message in messages:
        parts.append(message["role"] + ":" + " ".join(message["content"].split()))
    return "\n".join(parts)
