"""Lines of JSON to and from the runner, on pipes that no test writes to by accident."""

import json
import os
import select
import sys

VERSION = 1


def is_asked_for():
    """Whether the runner, and not a person, has started this process."""
    return "INTERLOCK_PROTOCOL" in os.environ


class Channel:
    """The two pipes. Programs that a test starts do not know of them, and forks do not use them."""

    def __init__(self):
        asked = os.environ.pop("INTERLOCK_PROTOCOL")
        if asked != str(VERSION):
            sys.exit(
                "interlock_pytest speaks version %d of the protocol, and the runner version %s: "
                "they are of different releases of rules_interlock" % (VERSION, asked)
            )
        self._events = open(os.environ.pop("INTERLOCK_EVENTS"), "wb", buffering=0)
        self._commands = open(os.environ.pop("INTERLOCK_COMMANDS"), "rb", buffering=0)
        self._poll = select.poll()
        self._poll.register(self._commands, select.POLLIN)
        self._read = b""  # commands that were not returned yet
        self._owner = os.getpid()

    def is_forked(self):
        """Whether a test has forked this process, so that the runner does not know it."""
        return os.getpid() != self._owner

    def send(self, event, **fields):
        """Sends an event. A process that a test has forked sends nothing."""
        if self.is_forked() or self._events.closed:
            return
        text = json.dumps(dict(fields, event=event)).encode("ascii") + b"\n"
        view = memoryview(text)
        while view:
            view = view[self._events.write(view) :]

    def command(self):
        """Waits for the runner's next command, and returns it; None if there are no more."""
        while b"\n" not in self._read:
            part = self._commands.read(64 << 10)
            if not part:
                return None
            self._read += part
        line, self._read = self._read.split(b"\n", 1)
        return json.loads(line)

    def has_command(self):
        """Whether there is a command to read now."""
        return bool(self._read) or bool(self._poll.poll(0))

    def close(self):
        """Closes the pipes. Nothing is sent after that."""
        if not self.is_forked():
            self._events.close()
            self._commands.close()
