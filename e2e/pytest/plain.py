"""Pytest in one process, with coverage.py, whose report is among the test's outputs."""

import os
import sys

import coverage
import pytest


def main():
    recorder = coverage.Coverage(data_file=None, config_file=False, include=["*/leap/*"])
    recorder.start()
    code = pytest.main(["-pno:cacheprovider", "-c/dev/null", "--rootdir=.", "tests"])
    recorder.stop()
    recorder.lcov_report(outfile=os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], "coverage.dat"))
    return code


if __name__ == "__main__":
    sys.exit(main())
