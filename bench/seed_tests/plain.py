"""Runs the suite by pytest as it is: plain.py [--lcov] ARG...

The arguments are pytest's. With --lcov the folder of undeclared outputs gets a report of the lines that were run.
"""

import os
import sys

import pytest


def main(args):
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    if args[:1] == ["--lcov"]:
        return run_with_coverage(args[1:])
    return run(args)


def run(args):
    # Bazel would make one of the log, in another process.
    return pytest.main([f"--junitxml={os.environ['XML_OUTPUT_FILE']}", *args])


def run_with_coverage(args):
    import coverage

    measured = coverage.Coverage(data_file=None, config_file=False, source_pkgs=["app"])
    measured.start()
    code = run(args)
    measured.stop()
    measured.lcov_report(outfile=os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], "coverage.lcov"))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
