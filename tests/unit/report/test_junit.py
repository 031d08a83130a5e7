"""JUnit XML: what is red there is what ends the gate with another exit code than 0, whatever the names are."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regrade.compare import exit_code
from regrade.compare.comparison import Comparison, GroupRow, MetricRow, Passed
from regrade.compare.gate import Evidence, judge
from regrade.config import Config, Gate
from regrade.report.junit import failed_junit, to_junit

from .hostile import HOSTILE, named
from .test_terminal import comparison

# The shape that Jenkins' and Ant's schemas share: element → its attributes (required ones first), its children.
_SHAPE = {
    "testsuites": ({"name", "tests", "failures", "errors", "time"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time"}, {"properties", "testcase"}),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time"}, {"skipped", "error", "failure", "system-out"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}


def read(document: str) -> ElementTree.Element:
    """Return the one suite of a document that has the shape, and says how much there is in it."""
    root = ElementTree.fromstring(document.encode("utf-8"))
    for element in root.iter():
        attributes, children = _SHAPE[element.tag]
        assert set(element.attrib) == attributes and {child.tag for child in element} <= children, element.tag
    (suite,) = root
    for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(suite.attrib[name]) == len(suite.findall(f"testcase/{tag}"))
    assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
    assert all(len(case) == 1 for case in suite.findall("testcase"))
    return suite


def red(suite: ElementTree.Element) -> dict[str, str]:
    """Return test case to failure or error, for those that are one."""
    return {case.attrib["name"]: case[0].tag for case in suite.findall("testcase") if case[0].tag in ("failure", "error")}


def test_a_test_case_for_each_part() -> None:
    slices = [
        GroupRow(name="evening", n=96, fixed=1, broken=9, delta=-0.1, low=-0.2, high=-0.01, p_adjusted=0.01, margin=0.02),
        GroupRow(name="rain", n=0, fixed=0, broken=0, margin=0.02),
        GroupRow(name="november", n=40, fixed=0, broken=9, delta=-0.2, low=-0.3, high=-0.1, p_adjusted=0.001),
    ]
    document = comparison(verdict="regression", slices=slices, pinned=Passed(passed=3, total=4))
    suite = read(to_junit(document, Gate()))
    cases = {case.attrib["name"]: case[0].tag for case in suite.findall("testcase")}
    assert cases == {
        "verdict": "failure", "metric: accuracy": "skipped", "slice: evening": "failure", "slice: rain": "skipped",
        "pinned": "failure", "mode: holiday": "skipped",
    }  # fmt: skip
    assert "219003" in (suite.findtext("testcase[@name='pinned']/failure") or "")
    assert "pinned" not in red(read(to_junit(document, Gate(pinned="report"))))
    assert red(read(failed_junit("there is no such commit\n  hint", "prod"))) == {"verdict": "error"}


_delta = st.sampled_from([None, -0.2, -0.05, -0.011, 0.0, 0.005, 0.05])
_half = st.sampled_from([0.0, 0.004, 0.02, 0.1])


@st.composite
def _judged(draw: st.DrawFn) -> tuple[Comparison, Config]:
    """Draw evidence, and return what the gate says of it, as a comparison."""
    policy = Gate(
        inconclusive=draw(st.sampled_from(["warn", "fail"])), pinned=draw(st.sampled_from(["never-regress", "report"])),
        disputed=draw(st.sampled_from(["exclude", "fail"])), max_errors=draw(st.integers(0, 1)),
    )  # fmt: skip

    def row() -> tuple[float | None, float | None, float | None]:
        delta, half = draw(_delta), draw(_half)
        return (None, None, None) if delta is None else (delta, delta - half, delta + half)

    (delta, low, high), same = row(), draw(st.booleans())
    identical = same and delta == low == high == 0
    primary = MetricRow(baseline=0.5, candidate=0.5, delta=delta, low=low, high=high, n=30, higher_is_better=draw(st.booleans()))
    slices = [
        GroupRow(name=f"s{at}", n=9, fixed=1, broken=1, delta=d, low=lo, high=hi, margin=draw(st.sampled_from([None, 0.0, 0.05])),
            p_adjusted=None if d is None else draw(st.sampled_from([0.001, 0.5])))
        for at, (d, lo, hi) in enumerate(row() for _ in range(draw(st.integers(0, 2))))
    ]  # fmt: skip
    errors, broken = draw(st.integers(0, 2)), draw(st.sampled_from([[], ["k1"]]))
    evidence = Evidence(
        primary=primary, sampled=30, compared=draw(st.sampled_from([0, 30])), unlabelled=draw(st.sampled_from([0, 30])),
        identical=identical, failed=errors, errors={"prod": 0, "new": errors}, pinned_broken=broken,
        disputed=draw(st.sampled_from([[], ["d"]])), slices=slices,
    )  # fmt: skip
    config = Config(gate=policy)
    found = judge(evidence, config)
    document = comparison(
        verdict=found.verdict, reasons=found.reasons, metrics={"accuracy": primary}, slices=slices, pinned_broken=broken,
        pinned=Passed(passed=1, total=2), candidate_errors=errors, errors=errors,
    )  # fmt: skip
    return document, config


@settings(max_examples=150)
@given(_judged())
def test_red_exactly_where_the_gate_does_not_end_with_0(judged: tuple[Comparison, Config]) -> None:
    document, config = judged
    suite = read(to_junit(document, config.gate))
    code = exit_code(document.verdict, config)
    assert bool(red(suite)) == (code != 0)
    assert red(suite).get("verdict") == {0: None, 1: "failure", 3: "error"}[code]
    parts = set(red(suite).items()) - {("verdict", "failure")}
    if document.verdict == "regression":
        assert "failure" in {tag for _, tag in parts}, "what decided it is red too"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    made, plain = read(to_junit(named(text), Gate())), read(to_junit(named("x"), Gate()))
    assert [each.tag for each in made.iter()] == [each.tag for each in plain.iter()]
    assert read(failed_junit(text, text)).attrib["errors"] == "1"
    for line in (to_junit(named(text), Gate()) + failed_junit(text, text)).splitlines():
        assert not line.lstrip().startswith("::") and "##[" not in line, "where CI shows the file in its log"
