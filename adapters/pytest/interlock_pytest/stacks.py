"""The stacks of all threads, for the log of a test that hangs."""

import faulthandler
import os
import signal


def print_on_demand(channel):
    """Lets SIGQUIT print the stacks to stderr, and tells the runner whom to send it to.

    Pytest puts a file in the place of stderr while a test runs, so they go to a copy of what it is now.
    """
    if hasattr(faulthandler, "register"):  # not on Windows
        faulthandler.register(signal.SIGQUIT, file=os.dup(2), all_threads=True)
        channel.send("dumps", pid=os.getpid())
