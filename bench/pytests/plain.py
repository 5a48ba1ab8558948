"""Pytest, and with -n pytest-xdist."""

import sys

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["--rootdir=bench/pytests", "-pno:cacheprovider", "-q"] + sys.argv[1:] + ["bench/pytests"]))
