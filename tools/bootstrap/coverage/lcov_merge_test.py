#!/usr/bin/env python3
"""Tests of lcov_merge.py through its command line."""

import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

# Not resolved: in a sandbox the files are symbolic links that need not be in one folder.
_PROGRAM = pathlib.Path(__file__).parent / "lcov_merge.py"


class LcovMergeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.reports = self.folder / "reports"
        self.output = self.folder / "merged"

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def report(self, name, *records):
        return self.write(f"reports/{name}", "".join(f"{r}\n" for r in records))

    def branches(self, name, *branches):
        self.report(name, "SF:x", *(f"BRDA:{branch}" for branch in branches), "end_of_record")

    def empty_sources(self, *names):
        self.report("a.dat", *(record for n in names for record in (f"SF:{n}", "end_of_record")))

    def run_program(self, *args):
        command = [sys.executable, _PROGRAM, f"--output_file={self.output}", *args]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def merge(self, *args):
        result = self.run_program(f"--coverage_dir={self.reports}", *args)
        self.assertEqual(result.returncode, 0, result.stderr)
        return self.output.read_text().splitlines()

    def sources(self, *args):
        return [line[len("SF:") :] for line in self.merge(*args) if line.startswith("SF:")]

    def assert_malformed(self, wanted):
        result = self.run_program(f"--coverage_dir={self.reports}")
        self.assertEqual(result.returncode, 1)
        self.assertIn(wanted, result.stderr)
        self.assertFalse(self.output.exists())

    def test_counts_of_a_line_add_up(self):
        self.report("a.dat", "SF:x.go", "DA:1,1", "DA:10,0", "LH:1", "LF:2", "end_of_record")
        self.report("sub/b.dat", "SF:x.go", "DA:2,3", "DA:1,4", "DA:10,0", "end_of_record")
        self.assertEqual(
            self.merge(),
            ["SF:x.go", "FNF:0", "FNH:0", "DA:1,5", "DA:2,3", "DA:10,0", "LH:2", "LF:3"]
            + ["end_of_record"],
        )

    def test_sections_of_one_source_in_one_report_add_up(self):
        self.report("a.dat", *["SF:x", "DA:1,2", "end_of_record"] * 2)
        self.assertIn("DA:1,4", self.merge())

    def test_functions(self):
        self.report("a.dat", "SF:x", "FN:7,late", "FNDA:0,late", "FN:3,9,f,g", "end_of_record")
        self.report("b.dat", "SF:x", "FN:3,f,g", "FNDA:2,f,g", "end_of_record")
        self.assertEqual(
            self.merge()[1:7],
            ["FN:3,f,g", "FN:7,late", "FNDA:2,f,g", "FNDA:0,late", "FNF:2", "FNH:1"],
        )

    def test_branches(self):
        # Not evaluated + not evaluated, + not taken, + taken; and an order by number.
        self.branches("a.dat", "1,0,0,-", "1,0,1,-", "1,0,10,2")
        self.branches("b.dat", "1,0,0,-", "1,0,1,0", "1,0,10,3")
        self.branches("c.dat", "1,0,2,1", "1,0,10,-")
        self.assertEqual(
            self.merge()[3:9],
            ["BRDA:1,0,0,-", "BRDA:1,0,1,0", "BRDA:1,0,2,1", "BRDA:1,0,10,5", "BRF:4", "BRH:2"],
        )

    def test_sources_are_sorted(self):
        self.report("a.dat", "SF:b", "end_of_record", "SF:c", "end_of_record")
        self.report("b.dat", "SF:a", "end_of_record")
        self.assertEqual(self.sources(), ["a", "b", "c"])

    def test_what_is_no_count_is_ignored(self):
        self.report("a.dat", "# note", "TN:t", "", "SF:x", "DA:1,1,sum", "LF:9", "end_of_record")
        self.assertEqual(self.merge()[-4:], ["DA:1,1", "LH:1", "LF:1", "end_of_record"])

    def test_other_files_in_the_folder_are_left_alone(self):
        self.report("a.txt", "SF:x", "end_of_record")
        self.assertEqual(self.merge(), [])

    def test_reports_file(self):
        a = self.report("a.dat", "SF:x", "DA:1,1", "end_of_record")
        b = self.report("b.dat", "SF:x", "DA:1,1", "end_of_record")
        self.report("unlisted.dat", "SF:x", "DA:1,1", "end_of_record")
        listing = self.write("listing", f"{a}\n{b}\n")
        result = self.run_program(f"--reports_file={listing}")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("DA:1,2", self.output.read_text())

    def test_filter_matches_the_whole_name(self):
        self.empty_sources("/usr/lib/a", "usr/lib/a", "x")
        sources = self.sources("--filter_sources=/usr/lib/.+", "--filter_sources=y|lib")
        self.assertEqual(sources, ["usr/lib/a", "x"])

    def test_manifest(self):
        self.empty_sources("in", "out", "x.gcno")
        manifest = self.write("manifest", "in\nx.gcno\nnot_covered\n")
        self.assertEqual(self.sources(f"--source_file_manifest={manifest}"), ["in"])

    def test_replaced_sources_merge_and_are_filtered_by_their_new_name(self):
        self.report("a.dat", "SF:gen", "DA:1,1", "end_of_record")
        self.report("b.dat", "SF:real", "DA:1,2", "end_of_record")
        replace = self.write("replace", "gen:real\n")
        manifest = self.write("manifest", "real\n")
        merged = self.merge(
            f"--sources_to_replace_file={replace}", f"--source_file_manifest={manifest}"
        )
        self.assertIn("DA:1,3", merged)

    def test_gcov_json(self):
        line = {"line_number": 4, "count": 2, "branches": [{"count": 2}, {"count": 0}]}
        unrun = {"line_number": 5, "count": 0, "branches": [{"count": 0}]}
        function = {"name": "f", "start_line": 3, "execution_count": 2}
        file = {"file": "x.cc", "functions": [function], "lines": [line, unrun]}
        self.reports.mkdir()
        with gzip.open(self.reports / "x.gcov.json.gz", "wt") as out:
            json.dump({"files": [file]}, out)
        self.report("a.dat", "SF:x.cc", "DA:4,1", "end_of_record")
        self.assertEqual(
            self.merge(),
            ["SF:x.cc", "FN:3,f", "FNDA:2,f", "FNF:1", "FNH:1"]
            + ["BRDA:4,0,0,2", "BRDA:4,0,1,0", "BRDA:5,0,0,-", "BRF:3", "BRH:1"]
            + ["DA:4,3", "DA:5,0", "LH:1", "LF:2", "end_of_record"],
        )

    def test_malformed_reports(self):
        for records, wanted in {
            ("SF:x", "DA:1,1"): "ends without end_of_record",
            ("DA:1,1",): "line 1: no SF above",
            ("end_of_record",): "line 1: no SF above",
            ("SF:x", "SF:y"): "line 2: SF before the end_of_record",
            ("SF:x", "DA:1", "end_of_record"): "line 2:",
            ("SF:x", "DA:1,-1", "end_of_record"): "not a count or line number: '-1'",
            ("SF:x", "DA:one,1", "end_of_record"): "not a count or line number: 'one'",
            ("SF:x", "BRDA:1,0,1", "end_of_record"): "line 2:",
            ("SF:x", "nonsense", "end_of_record"): "line 2: unknown record: nonsense",
        }.items():
            with self.subTest(records=records):
                self.report("a.dat", *records)
                self.assert_malformed(wanted)
                self.assert_malformed("reports/a.dat: ")

    def test_formats_that_cannot_be_merged(self):
        self.report("a.profdata", "")
        self.assert_malformed("this format cannot be merged")

    def test_a_missing_report_is_an_error(self):
        listing = self.write("listing", "no/such.dat\n")
        result = self.run_program(f"--reports_file={listing}")
        self.assertEqual(result.returncode, 1)
        self.assertIn("no/such.dat", result.stderr)

    def test_unknown_flag(self):
        self.assertEqual(self.run_program("--coverage_dir=.", "--new=1").returncode, 2)


if __name__ == "__main__":
    unittest.main()
