"""Lines of JSON to and from the runner, on pipes that no test writes to by accident."""

import json
import os
import sys

VERSION = 1


def is_asked_for():
    """Whether the runner has started this process, and not a person."""
    return "INTERLOCK_PROTOCOL" in os.environ


class Channel:
    """The two pipes. What a test starts does not know of them."""

    def __init__(self):
        asked = os.environ.pop("INTERLOCK_PROTOCOL")
        if asked != str(VERSION):
            sys.exit(
                "interlock_pytest speaks version %d of the protocol, and the runner version %s: "
                "they are of different releases of rules_interlock" % (VERSION, asked)
            )
        self._events = open(os.environ.pop("INTERLOCK_EVENTS"), "wb", buffering=0)
        self._commands = open(os.environ.pop("INTERLOCK_COMMANDS"), "rb")
        self._owner = os.getpid()

    def send(self, event, **fields):
        """Sends an event. A process that a test has forked has nothing to say."""
        if os.getpid() != self._owner:
            return
        text = json.dumps(dict(fields, event=event)).encode("ascii") + b"\n"
        view = memoryview(text)
        while view:
            view = view[self._events.write(view) :]

    def commands(self):
        """Yields the runner's commands, until it has no more."""
        for line in self._commands:
            yield json.loads(line)
