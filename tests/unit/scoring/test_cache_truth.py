"""A law: whatever happens to the eval set and the candidates, exactly what was never answered is predicted."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from regrade.evalset import EvalSet

from .conftest import Bench

RULES = """
from pathlib import Path
import depends, package_5d

def predict(frame, above=0.45):
    with Path("calls.txt").open("a") as file:
        file.write(f"{len(frame)}\\n")
    late = 0.25 + 0.5 * (frame["x"] > above)
    return frame[[]].assign(**{depends.YES: late, "on_time": 1 - late})
# VERSION
"""
SITE = "vendor/site-packages"
THRESHOLDS = {None: {0.25: "on_time", 0.75: "late"}, 0.2: {0.25: "late", 0.75: "late"}, 0.9: {0.25: "on_time", 0.75: "on_time"}}
"""What each threshold makes of the probabilities that the candidate gives."""


class Cache(RuleBasedStateMachine):
    """Remembers what was asked under which code, parameters and package; scoring must ask exactly the rest."""

    bench: Bench
    """Of the module: its processes are kept warm from one history to the next."""
    histories = 0

    @initialize()
    def begin(self) -> None:
        Cache.histories += 1
        folder = self.bench.root / f"evalset-{Cache.histories}"
        self.bench.parts["evalset"] = self.evalset = EvalSet.open(folder, actor="ann", task_kind="classification")
        self.asked: set[tuple[object, int]] = set()
        self.code, self.module, self.above, self.package = Cache.histories, 0, 0, 0
        self.threshold: float | None = None
        self.members: set[int] = set()
        self.next = self.unscored = 0
        self.write()
        self.reopen()  # the history before may have left other parameters
        self.promote(3)

    def write(self) -> None:
        root = self.bench.root
        (root / "rules.py").write_text(RULES.replace("VERSION", str(self.code)))
        (root / "depends.py").write_text(f"YES = 'late'\n# {self.module}\n")
        site = root / SITE
        shutil.rmtree(site, ignore_errors=True)
        about = site / "package_5d-1.dist-info"
        about.mkdir(parents=True)
        (site / "package_5d.py").write_text("")
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: package-5d\nVersion: 1.{self.package}\n")
        (about / "RECORD").write_text("package_5d.py,,\n")
        self.bench.toml = (
            f'[task]\npositive = "late"\n[candidates.rules]\npython = "rules:predict"\npythonpath = [".", "{SITE}"]\n'
            f"parameters = {{ above = {0.45 + self.above} }}\n" + (f"threshold = {self.threshold}\n" if self.threshold else "")
        )

    def reopen(self) -> None:
        """A new process of regrade: what it remembers stands in files."""
        for pool in self.bench.pools:
            pool.close()
        self.bench.pools.clear()
        kept = {name: part for name, part in self.bench.parts.items() if name in ("evalset", "database")}
        self.bench.parts.clear()
        self.bench.parts.update(kept)

    @rule(n=st.integers(1, 20))
    def promote(self, n: int) -> None:
        self.bench.promote(n, start=self.next, outcome="late")
        self.members |= set(range(self.next, self.next + n))
        self.next += n

    @precondition(lambda self: self.members)
    @rule()
    def relabel_pin_and_label(self) -> None:
        key = f"k{min(self.members)}"
        self.evalset.relabel([key], "on_time")
        self.evalset.pin([key])
        self.evalset.label([key], "storm")

    @precondition(lambda self: len(self.members) > 1)
    @rule()
    def retire(self) -> None:
        gone = max(self.members)
        self.evalset.retire([f"k{gone}"])
        self.members.remove(gone)

    @precondition(lambda self: self.next)
    @rule()
    def undo(self) -> None:
        self.evalset.undo()
        self.members = {int(key[1:]) for key in self.evalset.state.members()}

    @rule()
    def change_the_artifact(self) -> None:
        self.code += 1_000
        self.write()

    @rule()
    def change_a_module_that_it_depends_on(self) -> None:
        self.module += 1
        self.write()

    @rule(above=st.integers(0, 2))
    def change_a_parameter(self, above: int) -> None:
        self.above = above
        self.write()
        self.reopen()  # regrade.toml is read when a workspace is opened

    @rule(threshold=st.sampled_from(list(THRESHOLDS)))
    def change_the_threshold(self, threshold: float | None) -> None:
        """No part of what was asked: nothing is predicted again."""
        self.threshold = threshold
        self.write()
        self.reopen()

    @rule(package=st.integers(0, 2))
    def change_the_version_of_a_package(self, package: int) -> None:
        self.package = package
        self.write()
        self.reopen()  # a package that was imported stays what it was until its process ends

    @rule()
    def let_things_pile_up(self) -> None:
        self.unscored = 3

    @invariant()
    def look(self) -> None:
        if self.unscored:
            self.unscored -= 1
        else:
            self.score()

    def score(self) -> None:
        identity = (self.code, self.module, self.above, self.package)
        before = sum(self.bench.calls)
        scored = self.bench.score(["rules"])
        run, answers = scored.runs["rules"], scored.outputs["rules"]
        missing = {(identity, each) for each in self.members} - self.asked
        assert run.error is None
        assert (run.predicted, run.cached) == (len(missing), len(self.members) - len(missing))
        assert sum(self.bench.calls) - before == len(missing)
        assert answers["prediction"].tolist() == [THRESHOLDS[self.threshold][score] for score in answers["score"]]
        self.asked |= missing

    def teardown(self) -> None:
        if hasattr(self, "evalset"):
            self.score()
            self.change_the_threshold(0.9 if self.threshold != 0.9 else None)
            self.score()
            self.evalset.close()


def test_exactly_what_was_never_answered_is_predicted(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_STATE_HOME", folder)
        Cache.bench = Bench(Path(folder) / "workspace")
        Cache.bench.root.mkdir()
        try:
            how = settings(max_examples=5, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck))
            run_state_machine_as_test(Cache, settings=how)
        finally:
            Cache.bench.close()
