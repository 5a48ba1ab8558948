"""What the reports of an item's phases come to, in the words of the protocol."""


def outcome(reports):
    """The fields of the event that an item has finished.

    Args:
      reports: The reports of its phases, in order. Plugins that run an item again have several of each.
    """
    by_phase = {report.when: report for report in reports if report.outcome != "rerun"}
    fields = _worst(by_phase)
    if fields["status"] in ("failed", "errored") and by_phase:
        fields["output"] = _output(list(by_phase.values())[-1], fields.pop("details", ""))
    fields["seconds"] = sum(getattr(report, "duration", 0) for report in reports)
    return fields


def part_of(report):
    """The name of the subtest that a report is of; None if it is of a whole test."""
    context = getattr(report, "context", None)
    if context is None:
        return None
    # Pytest has the values as text, the plugin pytest-subtests as they are.
    values = ", ".join("%s=%s" % pair for pair in getattr(context, "kwargs", {}).items())
    message = getattr(context, "msg", None)
    return " ".join(text for text in (message and "[%s]" % message, values and "(%s)" % values) if text) or "(<subtest>)"


def _worst(by_phase):
    for phase, report in by_phase.items():
        if report.failed:
            return _bad(phase, report)
    for report in by_phase.values():
        if report.skipped:
            kind = "xfail" if hasattr(report, "wasxfail") else ""
            return {"status": "skipped", "type": kind, "message": _reason(report)}
    if not by_phase:
        return {"status": "errored", "type": "failure", "message": "pytest did not run it"}
    call = by_phase.get("call")
    if call is not None and hasattr(call, "wasxfail"):
        return {"status": "passed", "message": ("xpass: " + call.wasxfail).rstrip(": ")}
    return {"status": "passed"}


def _bad(phase, report):
    details = report.longreprtext
    if phase == "call":
        return {"status": "failed", "type": "failure", "message": _first_line(report), "details": details}
    message = "%s: %s" % (phase, _first_line(report))
    return {"status": "errored", "type": phase, "message": message, "details": details}


def _output(report, details):
    return details + "".join("\n-- %s --\n%s" % section for section in report.sections)


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
