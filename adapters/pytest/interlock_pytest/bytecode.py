"""Compiled code that the workers of a run share.

Importing the tests is most of what a worker takes to start, and most of that is pytest's rewriting of
assertions. Beside the sources there may be no place to keep what comes of it.
"""

import os
import sys


def share_bytecode():
    """Has Python keep compiled code in the folder of all workers, unless the user has named one."""
    if "INTERLOCK_SHARED" in os.environ and sys.pycache_prefix is None:
        sys.pycache_prefix = os.path.join(os.environ["INTERLOCK_SHARED"], "pycache")
