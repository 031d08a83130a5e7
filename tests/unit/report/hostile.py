"""Text from production that wants to be more than text, and a comparison in which every name is one of these."""

from __future__ import annotations

from regrade.compare.calibration_rows import Calibration, Reliability
from regrade.compare.changed import Change, Changed, Commit, EvalSetChange, Gone, Policy, Relabelled
from regrade.compare.comparison import AtRef, Comparison, FlipRow, GroupRow, MetricRow, Passed, Promoted
from regrade.compare.stage_rows import StageRow, Trace, TraceStep

from .test_terminal import comparison

HOSTILE = (
    "@team", "#12", "user/repo#3", "GH-7", "https://evil.example/x", "www.evil.example", "a@b.example", "[link](javascript:alert(1))",
    "![img](http://evil.example/pixel.png)", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "-->", "<!--", "a | b | c",
    "\n\n# heading", "\r\n- item", "`code`", "```", "**bold**", "__u__", "~~gone~~", "</details>", "</code>", "&lt;b&gt;", "$\\frac{1}{2}$",
    "\x1b[31mred\x1b]8;;http://evil.example\x07", "\x00\x08\x7f", "\u202egnp.exe", "\ud800", "\ufffe\uffff\ufdd0", "]]>",
    '"><x y="', "&xxe;",
    "::error::pwned", "::stop-commands::x", "##[add-mask]e", "%0A::warning::x", "=1+1", "| --- |", "    indented", "1. one", "> quote",
    ":tada:",
)  # fmt: skip


def named(text: str, **changes: object) -> Comparison:
    """Return a comparison in which every name, label and message is ``text``."""
    values: dict[str, object] = {
        "baseline": text, "candidate": text, "reasons": [text, text], "notes": [text], "primary": text,
        "metrics": {text: MetricRow(baseline=0.7, candidate=0.8, delta=0.1, low=-0.1, high=0.3, n=30)},
        "slices": [GroupRow(name=text, n=9, fixed=1, broken=0, delta=-0.1, low=-0.2, high=0.1, p_adjusted=0.4, margin=0.01)],
        "modes": [
            GroupRow(name=text, n=9, fixed=0, broken=3, now_right=2, reopened=True),
            GroupRow(name=text, n=9, fixed=4, broken=0, now_right=4),
        ],
        "pinned_broken": [text], "pinned": Passed(passed=1, total=2), "disputed": [text], "fixed": [text + "2"], "broken": [text],
        "errors": 1, "baseline_errors": 1, "n_sampled": 30,
        "flips": [
            FlipRow(
                key=text, flip="broken", expected=text, baseline=text, candidate=text, mode=text, pinned=True, origin=text,
                promoted=Promoted(by=text, at=text, how=text, why=text), inputs={text: text}, stage=text, stage_why=text, check=text,
            )
        ],
        "stages": [StageRow(name=text, n=7, keys=[text] * 7, failed=2)],
        "traces": [
            Trace(
                key=text, stage=text, why=text, checks=[text],
                steps=[TraceStep(name=text, same=False, why=text, baseline=text, candidate=text, cells=[(text, text, text)])],
            )
        ],
        "calibration": Calibration(of=text, n=9, baseline=Reliability(ece=0.1), candidate=Reliability(ece=0.2), delta=0.1),
        "baseline_at": AtRef(ref=text, commit="0" * 40), "pinned_gone": [text],
        "policy": Policy(ref=text, commit=text, changes=[Change(text, text, text)]),
        "changed": Changed(
            parts=["data", "code", "model", "environment", "hardware"], ahead=3, behind=1, commits=[Commit(text, text)],
            data=EvalSetChange(
                before=text, after=text, removed=1, relabelled=1, unpinned=1, unpinned_keys=[text],
                gone=[Gone(key=text, how=text, by=text, why=text)],
                labels=[Relabelled(key=text, before=[text], after=[text], by=text, why=text)],
            ),
            uncommitted=[text], code=[Change(text, text, None)], model=[Change(text, text, {text: [text]})],
            environment=[Change(text, text, text)], hardware=[Change(text, None, text)], notes=[text],
        ),
    }  # fmt: skip
    return comparison(**{**values, **changes})
