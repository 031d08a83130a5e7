"""A comparison as JUnit XML: a test case for the verdict and for each part of it, so that CI shows which one is red.

A failure is a regression, an error is what could not be evaluated, skipped is what is open. There is a failure or an error
exactly where the gate ends with another exit code than 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.etree import ElementTree

from regrade.compare.comparison import Comparison, GroupRow, Verdict
from regrade.compare.standing import pinned_stand, primary_stands, slice_stands
from regrade.config import Gate
from regrade.report.comparison_words import basis, headline, passed_words, protected, slice_words
from regrade.report.stages_words import stages_words
from regrade.safe_text import safe_lines, safe_text

_UNPRINTABLE = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_KEYS = 100
_TAGS = {"regression": "failure", "not_evaluated": "error", "inconclusive": "skipped"}


class _Case(NamedTuple):
    name: str
    stands: Verdict
    message: str
    details: str = ""


def to_junit(comparison: Comparison, gate: Gate) -> str:
    """Return the document: one suite; `gate` says whether what is open is an error, and whether pinned examples may break."""
    baseline, candidate = comparison.names
    properties = {"version": comparison.version, "baseline": baseline, "candidate": candidate, "verdict": comparison.verdict}
    properties |= {"broken by stage": stages_words(comparison)} if comparison.stages else {}
    return _document(comparison.candidate, list(_cases(comparison, gate)), properties)


def failed_junit(what: str, candidate: str) -> str:
    """Return the document of a comparison that could not be made: one test case, an error."""
    return _document(candidate, [_Case("verdict", "not_evaluated", what.partition("\n")[0], what)], {})


def _cases(comparison: Comparison, gate: Gate) -> Iterable[_Case]:
    def ruled(stands: Verdict) -> Verdict:
        return "not_evaluated" if stands == "inconclusive" and gate.inconclusive == "fail" else stands

    reasons = "\n".join([*comparison.reasons, *comparison.notes])
    yield _Case("verdict", ruled(comparison.verdict), comparison.reasons[0] if comparison.reasons else comparison.verdict, reasons)
    told = f"{headline(comparison)} ({basis(comparison)})"
    yield _Case(f"metric: {comparison.primary}", _within(comparison, ruled(primary_stands(comparison))), told)
    for row in protected(comparison):
        yield _Case(f"slice: {row.name}", _within(comparison, ruled(slice_stands(row, comparison))), slice_words(row, comparison))
    pinned = comparison.pinned
    if pinned.total or comparison.pinned_broken or comparison.pinned_gone:
        words = f"{passed_words(pinned)} pinned examples are right, {len(comparison.pinned_broken):,} broke"
        words += f", {len(comparison.pinned_gone):,} taken out" if comparison.pinned_gone else ""
        keys = [*comparison.pinned_broken, *comparison.pinned_gone]
        yield _Case("pinned", _within(comparison, pinned_stand(comparison, gate.pinned)), words, _listed(keys))
    for row in comparison.modes:
        yield _mode(row)


def _within(comparison: Comparison, stands: Verdict) -> Verdict:
    """Return how a part stands under the verdict: a protected slice without a sampled example is open, yet the whole may pass."""
    return "inconclusive" if comparison.verdict == "pass" and stands != "pass" else stands


def _mode(row: GroupRow) -> _Case:
    """Return the test case of a failure mode. No mode decides a verdict, so one that reopened is skipped and says so."""
    words = f"{row.fixed:,} fixed, {row.broken:,} broken, {row.now_right:,} of {row.n:,} known failures right now"
    said = f"reopened: {words}; it does not decide the verdict" if row.reopened else words
    return _Case(f"mode: {row.name}", "inconclusive" if row.reopened else "pass", said)


def _listed(keys: Sequence[str]) -> str:
    return "\n".join(keys[:_KEYS]) + (f"\nand {len(keys) - _KEYS:,} more" if len(keys) > _KEYS else "")


def _document(candidate: str, cases: Sequence[_Case], properties: dict[str, str]) -> str:
    tags = [_TAGS.get(case.stands, "") for case in cases]
    counts = {"tests": len(cases), "failures": tags.count("failure"), "errors": tags.count("error"), "skipped": tags.count("skipped")}
    numbers = {name: str(count) for name, count in counts.items()} | {"time": "0"}
    whole = {name: number for name, number in numbers.items() if name != "skipped"}  # the schema knows it of suites alone
    root = ElementTree.Element("testsuites", {"name": "regrade", **whole})
    suite = ElementTree.SubElement(root, "testsuite", {"name": "regrade", **numbers})
    if properties:
        holder = ElementTree.SubElement(suite, "properties")
        for name, value in properties.items():
            ElementTree.SubElement(holder, "property", {"name": name, "value": _line(value)})
    for case, tag in zip(cases, tags, strict=True):
        named = {"classname": f"regrade.{_line(candidate)}", "name": _line(case.name), "time": "0"}
        test = ElementTree.SubElement(suite, "testcase", named)
        details = _UNPRINTABLE.sub("�", safe_lines(case.details or case.message))
        if not tag:
            ElementTree.SubElement(test, "system-out").text = details
            continue
        attributes = {"message": _line(case.message)} if tag == "skipped" else {"message": _line(case.message), "type": case.stands}
        ElementTree.SubElement(test, tag, attributes).text = details
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    text = text.replace("::", ":&#58;").replace("##[", "#&#35;[")  # the same to who reads it; no command where a log shows it
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _line(text: str) -> str:
    """Return a text that XML can hold, on one line."""
    return _UNPRINTABLE.sub("�", safe_text(text, 1_000))
