#!/usr/bin/env python3
"""Merges coverage reports into one in LCOV's format: what `bazel coverage` calls.

Bazel's own merger is a download that the launcher's Bazel goes without. This one has the same
command line, and stands behind both of Bazel's labels for it:

  lcov_merger                once per test, called by Bazel's collect_coverage.sh, whose comments
                             tell what the flags mean
  coverage_report_generator  once per build, for --combined_report=lcov, with --reports_file

It reads LCOV's tracefiles (*.dat; for their records see geninfo(1)) and gcc's *.gcov.json.gz (see
gcov(1)). Anything in them that it does not understand is an error: a report that leaves something
out looks like code that no test reaches.
"""

import argparse
import gzip
import json
import pathlib
import re
import sys

# Records that say nothing about a source file, or are computed anew.
_IGNORED = {"TN", "VER", "FNF", "FNH", "BRF", "BRH", "LF", "LH"}

# What a branch has for its count when its condition was never evaluated.
_NOT_EVALUATED = "-"

# Lines of the manifest that are no sources: what compilers write for their coverage tools.
_METADATA_SUFFIXES = (".gcno", ".em")


class Malformed(Exception):
    """An input that cannot be merged."""


class Source:
    """What is known of one source file."""

    def __init__(self):
        self.lines = {}  # line -> times run
        self.functions = {}  # name -> times run
        self.function_lines = {}  # name -> line
        self.branches = {}  # (line, block, branch) -> times taken, or None: not evaluated

    def add_line(self, line, count):
        self.lines[line] = self.lines.get(line, 0) + count

    def add_function(self, name, line=None, count=0):
        self.functions[name] = self.functions.get(name, 0) + count
        if line is not None:
            self.function_lines[name] = min(line, self.function_lines.get(name, line))

    def add_branch(self, key, count):
        known = self.branches.get(key)
        self.branches[key] = known if count is None else count + (known or 0)

    def add(self, other):
        for line, count in other.lines.items():
            self.add_line(line, count)
        for name, count in other.functions.items():
            self.add_function(name, other.function_lines.get(name), count)
        for key, count in other.branches.items():
            self.add_branch(key, count)


class Coverage:
    """All source files, by name."""

    def __init__(self):
        self.sources = {}

    def source(self, name):
        return self.sources.setdefault(name, Source())

    def renamed(self, names):
        result = Coverage()
        for name, source in self.sources.items():
            result.source(names.get(name, name)).add(source)
        return result

    def only(self, wanted):
        result = Coverage()
        result.sources = {n: s for n, s in self.sources.items() if wanted(n)}
        return result


def read_tracefile(coverage, text):
    source = None
    for number, record in enumerate(text.splitlines(), start=1):
        try:
            source = _read_record(coverage, source, record)
        except ValueError as e:
            raise Malformed(f"line {number}: {e}: {record}") from e
    if source is not None:
        raise Malformed("ends without end_of_record")


def _read_record(coverage, source, record):
    """Returns the source that the next record is about, None being none."""
    kind, _, value = record.partition(":")
    if not record or record.startswith("#") or kind in _IGNORED:
        return source
    if kind == "SF":
        if source is not None:
            raise ValueError("SF before the end_of_record of the one above")
        return coverage.source(value)
    if kind != "end_of_record" and kind not in _READERS:
        raise ValueError("unknown record")
    if source is None:
        raise ValueError("no SF above")
    if kind == "end_of_record":
        return None
    _READERS[kind](source, value)
    return source


def _read_line(source, value):
    line, count = value.split(",")[:2]  # A third field is a checksum of the line.
    source.add_line(_number(line), _number(count))


def _read_function(source, value):
    line, name = value.split(",", 1)
    end, comma, rest = name.partition(",")  # The function's last line, which newer tools add.
    source.add_function(rest if comma and end.isdecimal() else name, line=_number(line))


def _read_function_count(source, value):
    count, name = value.split(",", 1)
    source.add_function(name, count=_number(count))


def _read_branch(source, value):
    line, block, rest = value.split(",", 2)
    branch, count = rest.rsplit(",", 1)
    key = (_number(line), block, branch)
    source.add_branch(key, None if count == _NOT_EVALUATED else _number(count))


def _number(text):
    if not text.isdecimal():
        raise ValueError(f"not a count or line number: {text!r}")
    return int(text)


_READERS = {
    "DA": _read_line,
    "FN": _read_function,
    "FNDA": _read_function_count,
    "BRDA": _read_branch,
}


def read_gcov(coverage, text):
    try:
        for file in json.loads(text)["files"]:
            _read_gcov_file(coverage.source(file["file"]), file)
    except (ValueError, KeyError, TypeError) as e:
        raise Malformed(f"not the JSON of gcov: {e!r}") from e


def _read_gcov_file(source, file):
    for function in file["functions"]:
        source.add_function(function["name"], function["start_line"], function["execution_count"])
    # A line is there once for each instance of a template; its branches are numbered through.
    branches = {}
    for line in file["lines"]:
        number = line["line_number"]
        source.add_line(number, line["count"])
        for branch in line["branches"]:
            index = branches[number] = branches.get(number, -1) + 1
            evaluated = line["count"] > 0
            source.add_branch((number, "0", str(index)), branch["count"] if evaluated else None)


def write(coverage, out):
    for name, source in sorted(coverage.sources.items()):
        out.write(f"SF:{name}\n")
        _write_functions(source, out)
        _write_branches(source, out)
        for line, count in sorted(source.lines.items()):
            out.write(f"DA:{line},{count}\n")
        out.write(f"LH:{_hits(source.lines)}\nLF:{len(source.lines)}\nend_of_record\n")


def _write_functions(source, out):
    for name, line in sorted(source.function_lines.items(), key=lambda item: (item[1], item[0])):
        out.write(f"FN:{line},{name}\n")
    for name, count in sorted(source.functions.items()):
        out.write(f"FNDA:{count},{name}\n")
    out.write(f"FNF:{len(source.functions)}\nFNH:{_hits(source.functions)}\n")


def _write_branches(source, out):
    for key in sorted(source.branches, key=_branch_order):
        line, block, branch = key
        count = source.branches[key]
        out.write(f"BRDA:{line},{block},{branch},{_NOT_EVALUATED if count is None else count}\n")
    if source.branches:
        out.write(f"BRF:{len(source.branches)}\nBRH:{_hits(source.branches)}\n")


def _branch_order(key):
    line, block, branch = key
    return line, len(block), block, len(branch), branch


def _hits(counts):
    return sum(1 for count in counts.values() if count)


def read_inputs(flags):
    coverage = Coverage()
    for path in _inputs(flags):
        try:
            _read_input(coverage, path)
        except Malformed as e:
            raise Malformed(f"{path}: {e}") from e
    return coverage


def _inputs(flags):
    if flags.reports_file:
        return [line for line in _read(flags.reports_file).splitlines() if line]
    paths = pathlib.Path(flags.coverage_dir).rglob("*")
    suffixes = (".dat", ".gcov.json.gz", ".gcov", ".profdata")
    return sorted(str(p) for p in paths if p.name.endswith(suffixes) and p.is_file())


def _read_input(coverage, path):
    if path.endswith(".gcov.json.gz"):
        with gzip.open(path, "rt", encoding="utf-8", errors="surrogateescape") as file:
            read_gcov(coverage, file.read())
    elif path.endswith((".gcov", ".profdata")):
        raise Malformed("this format cannot be merged; gcc 9 or newer writes one that can")
    else:
        read_tracefile(coverage, _read(path))


def _read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def select(coverage, flags):
    if flags.sources_to_replace_file:
        pairs = (line.split(":") for line in _read(flags.sources_to_replace_file).splitlines())
        coverage = coverage.renamed({pair[0]: pair[1] for pair in pairs if len(pair) == 2})
    for pattern in flags.filter_sources:
        unwanted = re.compile(pattern)
        coverage = coverage.only(lambda name: not unwanted.fullmatch(name))
    if flags.source_file_manifest:
        lines = _read(flags.source_file_manifest).splitlines()
        listed = {line for line in lines if not line.endswith(_METADATA_SUFFIXES)}
        coverage = coverage.only(lambda name: name in listed)
    return coverage


def parse_flags(args):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    inputs = parser.add_mutually_exclusive_group(required=True)
    inputs.add_argument("--coverage_dir", help="merge the reports anywhere in this folder")
    inputs.add_argument("--reports_file", help="merge the reports that this file lists")
    parser.add_argument("--output_file", required=True)
    parser.add_argument(
        "--filter_sources",
        action="append",
        default=[],
        metavar="REGEX",
        help="leave out the sources whose whole name matches; may be repeated",
    )
    parser.add_argument("--source_file_manifest", help="leave out the sources not listed in it")
    parser.add_argument("--sources_to_replace_file", help="lines OLD:NEW: rename these sources")
    return parser.parse_args(args)


def main(args):
    flags = parse_flags(args)
    try:
        coverage = select(read_inputs(flags), flags)
    except (Malformed, OSError, re.error) as e:
        sys.exit(f"lcov_merge: error: {e}")
    with open(flags.output_file, "w", encoding="utf-8", errors="surrogateescape") as out:
        write(coverage, out)


if __name__ == "__main__":
    main(sys.argv[1:])
