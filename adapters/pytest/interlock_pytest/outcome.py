"""Translates pytest's reports into the words of the protocol."""

# The longest message of a problem, in characters. Its text is not cut.
_MAX_MESSAGE = 500


def outcome(reports, parts=()):
    """The fields of the event for an item that has finished.

    Args:
      reports: The reports of its phases, in order.
      parts: The reports of its subtests.
    """
    fields = _worst(reports)
    bad_parts = [part_of(report) for report in parts if report.failed]
    if bad_parts and fields["status"] == "passed":
        message = "of its subtests, these failed: " + ", ".join(bad_parts)
        fields = {"status": "failed", "type": "failure", "message": message}
    if fields["status"] in ("failed", "errored"):
        fields["text"] = "\n".join(report.longreprtext for report in reports if report.failed)
        fields["output"] = _output(reports)
    if reports:
        fields["properties"] = [[str(name), str(value)] for name, value in reports[-1].user_properties]
        fields["attributes"] = list(map(list, getattr(reports[-1], "interlock_attributes", {}).items()))
    fields["seconds"] = sum(getattr(report, "duration", 0) for report in reports)
    return fields


def collected(report):
    """The fields of the event for a file, or the like, without tests to run."""
    if report.skipped:
        return {"status": "skipped", "message": "collection skipped", "text": str(report.longrepr)}
    return {"status": "errored", "message": "collection failure", "text": report.longreprtext}


def part_of(report):
    """The name of the subtest of a report; None if the report is about a whole test."""
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
        message = "; ".join(_problem(report) for report in bad)
        return {"status": "failed" if bad[0].when == "call" else "errored", "type": kind, "message": message}
    for report in reports:
        if report.skipped:
            return _skipped(report)
    if not reports:
        return {"status": "errored", "type": "failure", "message": "pytest did not run it"}
    for report in reports:
        if hasattr(report, "wasxfail"):
            return {"status": "passed", "message": ("xpass: " + report.wasxfail).rstrip(": ")}
    return {"status": "passed"}


def _output(reports):
    """What pytest shows of a bad item: the traceback of each bad phase, then captured output."""
    tracebacks = [report.longreprtext for report in reports if report.failed]
    sections = ["-- %s --\n%s" % section for report in reports[-1:] for section in report.sections]
    return "\n".join(tracebacks + sections)


def _skipped(report):
    if hasattr(report, "wasxfail"):
        return {"status": "skipped", "type": "pytest.xfail", "message": _without(report.wasxfail, "reason: ")}
    path, line, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, str(report.longrepr))
    reason = _without(reason, "Skipped: ")
    return {"status": "skipped", "type": "pytest.skip", "message": reason, "text": "%s:%s: %s" % (path, line, reason)}


def _without(text, prefix):
    return text[len(prefix) :] if text.startswith(prefix) else text


def _problem(report):
    """What went wrong in a phase, in the words of pytest's own --junit-xml."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = (crash.message if crash is not None else report.longreprtext).strip() or "failed"
    if len(text) > _MAX_MESSAGE:
        text = text[:_MAX_MESSAGE] + "..."
    return text if report.when == "call" else 'failed on %s with "%s"' % (report.when, text)


def junit_name(nodeid):
    """The name that pytest's own --junit-xml gives a test."""
    plain, bracket, parameters = nodeid.partition("[")
    name = plain.split("::")[-1]
    return (name if "::" in plain else _module(name)) + bracket + parameters


def junit_class(nodeid, prefix=None):
    """The class that pytest's own --junit-xml gives a test.

    Args:
      nodeid: The node ID of the test.
      prefix: The value of --junit-prefix.
    """
    path, *names = nodeid.partition("[")[0].split("::")
    return ".".join(([prefix] if prefix else []) + ([_module(path)] if names else []) + names[:-1])


def _module(path):
    path = path.replace("/", ".")
    return path[:-3] if path.endswith(".py") else path
