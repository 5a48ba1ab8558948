"""The stacks of all threads, for the log of a test that hangs."""

import faulthandler
import os
import signal


def print_on_demand(channel):
    """Makes SIGQUIT print the stacks to stderr, and tells the runner which process to send it to.

    Pytest replaces stderr by a file while a test runs, so the stacks go to a copy of the current
    stderr.
    """
    if hasattr(faulthandler, "register"):  # not on Windows
        faulthandler.register(signal.SIGQUIT, file=os.dup(2), all_threads=True)
        channel.send("dumps", pid=os.getpid())
