"""What pytest's reports come to, in the words of the protocol."""


def outcome(reports, parts=()):
    """The fields of the event that an item has finished.

    Args:
      reports: The reports of its phases, in order.
      parts: Those of its subtests.
    """
    fields = _worst(reports)
    bad_parts = [part_of(report) for report in parts if report.failed]
    if bad_parts and fields["status"] == "passed":
        message = "of its subtests, these failed: " + ", ".join(bad_parts)
        fields = {"status": "failed", "type": "failure", "message": message}
    if fields["status"] in ("failed", "errored"):
        fields["output"] = _output(reports)
    fields["seconds"] = sum(getattr(report, "duration", 0) for report in reports)
    return fields


def collected(report):
    """The fields of the event that tells of a file, or the like, in which there are no tests to run."""
    if report.skipped:
        return {"status": "skipped", "message": _reason(report)}
    return {"status": "errored", "message": report.longreprtext}


def part_of(report):
    """The name of the subtest that a report is of; None if it is of a whole test."""
    context = getattr(report, "context", None)
    if context is None:
        return None
    if hasattr(report, "sub_test_description"):  # of the plugin pytest-subtests
        return report.sub_test_description()
    values = ", ".join("%s=%s" % pair for pair in getattr(context, "kwargs", {}).items())
    message = getattr(context, "msg", None)
    return " ".join(text for text in (message and "[%s]" % message, values and "(%s)" % values) if text) or "(<subtest>)"


def _worst(reports):
    bad = [report for report in reports if report.failed]
    if bad:
        kind = {"call": "failure"}.get(bad[0].when, bad[0].when)
        message = "; ".join(_phase(report) + _first_line(report) for report in bad)
        return {"status": "failed" if bad[0].when == "call" else "errored", "type": kind, "message": message}
    for report in reports:
        if report.skipped:
            kind = "xfail" if hasattr(report, "wasxfail") else ""
            return {"status": "skipped", "type": kind, "message": _reason(report)}
    if not reports:
        return {"status": "errored", "type": "failure", "message": "pytest did not run it"}
    for report in reports:
        if hasattr(report, "wasxfail"):
            return {"status": "passed", "message": ("xpass: " + report.wasxfail).rstrip(": ")}
    return {"status": "passed"}


def _phase(report):
    return "" if report.when == "call" else report.when + ": "


def _output(reports):
    """What pytest shows of a bad item: of each bad phase the traceback, then what was captured."""
    tracebacks = [report.longreprtext for report in reports if report.failed]
    sections = ["-- %s --\n%s" % section for report in reports[-1:] for section in report.sections]
    return "\n".join(tracebacks + sections)


def _reason(report):
    if hasattr(report, "wasxfail"):
        return ("xfail: " + report.wasxfail).rstrip(": ")
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].replace("Skipped: ", "", 1)
    return _first_line(report)


def _first_line(report):
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else report.longreprtext
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[0] if lines else "failed"
