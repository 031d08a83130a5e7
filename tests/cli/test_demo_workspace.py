"""The demo workspace: whole or not at all, the same for everybody, and honest about who decided."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import skops.io
from msgspec import structs

import regrade
from regrade import config
from regrade.cli.demo_workspace import delays, demo_of, eval_set, is_demo, make_demo, sample_data_folder, training, tweets
from regrade.cli.demo_workspace import folder as module
from regrade.compare import compare
from regrade.errors import DataError, UsageError
from regrade.git import git
from tests.faults.held import is_held
from tests.unit.compare.worlds import world


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a demo, made once; tests only read it."""
    folder = tmp_path_factory.mktemp("made") / "some" / "demo"
    make_demo(folder)
    return folder


@pytest.fixture
def nothing_to_train(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a demo in no time: what is tested is the folder."""
    monkeypatch.setattr(training, "RECIPES", ())
    monkeypatch.setattr(eval_set, "begin", lambda *_: None)


def digests(folder: Path) -> dict[str, str]:
    """Return a digest of every file below ``folder``, but for what is git's own."""
    files = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def decisions(folder: Path) -> list[dict[str, object]]:
    """Return every sealed line that is an event."""
    lines = [json.loads(line) for path in (folder / "evalset").rglob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if "by" in line]


# --- what is in it ---


def test_config_says_what_is_there(demo: Path) -> None:
    said = config.load(demo / "regrade.toml")
    assert said.candidate_names == ("prod", "retrained", "simple", "logged") and said.champion == "prod"
    for candidate in said.candidates.values():
        assert candidate.model and (demo / candidate.model).stat().st_size > 10_000
    assert [str(demo / path) for path in said.log.paths] == [str(path) for path in (demo / "logs").iterdir()]
    assert {"evening", "july_october", "november", "ewr"} <= set(said.slices) and set(said.gate.slices) == {"evening"}


def test_log_is_the_bundled_one_and_no_cache_comes_along(demo: Path) -> None:
    assert (demo / "logs" / "flights.parquet").read_bytes() == (sample_data_folder() / "flights.parquet").read_bytes()
    assert not (demo / ".regrade").exists()
    assert ".regrade/" in (demo / ".gitignore").read_text(encoding="utf-8")
    assert not list(demo.parent.glob(".*"))


def test_eval_set_begins_with_failures_in_modes_pins_and_a_sample(demo: Path) -> None:
    with regrade.open(demo) as workspace:
        state = workspace.evalset.state
        examples = [state.example(key) for key in state.members()]
        modes = {mode.id: mode for mode in state.modes()}
        assert workspace.evalset.unsealed == 0
        results = {row[0]: row[1] for row in workspace.reader.cells(workspace.reader.view().addresses, ["key", "result"])}
    failures = [example for example in examples if "failure" in example.origins]
    assert Counter(modes[example.mode].name for example in failures if example.mode) == {rule.name: rule.n for rule in eval_set.MODES}
    assert [modes[example.mode or ""].digit for example in failures].count(None) == 0
    assert {mode.digit: mode.name for mode in modes.values()} == {rule.digit: rule.name for rule in eval_set.MODES}
    assert {results[example.key] for example in failures} == {"wrong"}
    pinned = [example for example in examples if example.pinned]
    assert len(pinned) == eval_set.PINNED and {results[example.key] for example in pinned} == {"right"}
    sampled = [example for example in examples if "sampled" in example.origins]
    assert len(sampled) == eval_set.SAMPLED and {round(example.weight, 6) for example in sampled} == {round(54_312 / 300, 6)}
    assert {results[example.key] for example in sampled} == {"right", "wrong", "unknown"}


def test_slices_and_business_value_fit_the_log(demo: Path) -> None:
    with regrade.open(demo) as workspace:
        n = {name: len(workspace.reader.view(where)) for name, where in workspace.config.slices.items()}
        total = workspace.log.n_rows
        assert workspace.config.business.value
        workspace.log.compile(workspace.config.business.value)
    assert all(0.02 * total < count < 0.75 * total for count in n.values()), n


def test_every_decision_says_that_the_demo_made_it(demo: Path) -> None:
    events = decisions(demo)
    assert {event["by"] for event in events} == {eval_set.ACTOR} and "ann" not in eval_set.ACTOR
    notes = {event["note"] for event in events if event["kind"] == "label"}
    assert notes == {f"picked by rule: {rule.where}" for rule in eval_set.MODES}


# --- whole or not at all ---


def test_a_second_demo_is_the_same_and_fits_into_an_empty_folder(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    steps: list[tuple[int, int]] = []
    make_demo(Path(), lambda done, total: steps.append((done, total)))
    with regrade.open(demo) as one, regrade.open() as other:  # found from the current folder: it is still the one we stand in
        assert other.evalset.version == one.evalset.version
    ours, theirs = digests(empty), digests(demo)
    same = [name for name in theirs if not name.startswith("evalset/") and not name.endswith(".skops")]
    assert len(same) == 3 and all(ours[name] == theirs[name] for name in same)
    assert [done for done, _ in steps] == list(range(steps[0][1] + 1)) and {total for _, total in steps} == {steps[-1][0]}


def test_a_demo_that_is_there_is_left_as_it_is(demo: Path, nothing_to_train: None) -> None:
    before = digests(demo)
    make_demo(demo)
    assert digests(demo) == before


def test_it_is_a_repository_of_its_own_unless_one_around_it_holds_it(demo: Path, tmp_path: Path, nothing_to_train: None) -> None:
    assert git(demo, "status", "--porcelain") == "" and git(demo, "log", "--format=%an %s", "main") == "regrade demo The demo as it begins"
    assert git(demo, "ls-files", "evalset/segments") and not git(demo, "ls-files", ".regrade")
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("/ignored/\n")
    for name, own in (("held", False), ("ignored", True)):
        make_demo(tmp_path / name)
        assert (tmp_path / name / ".git").exists() == own


def test_a_changed_demo_is_still_one(tmp_path: Path, nothing_to_train: None) -> None:
    make_demo(tmp_path / "demo")
    with (tmp_path / "demo" / "regrade.toml").open("a", encoding="utf-8") as toml:
        toml.write("\n# mine now\n")
    make_demo(tmp_path / "demo")
    assert (tmp_path / "demo" / "regrade.toml").read_text(encoding="utf-8").endswith("# mine now\n")


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "regrade.toml"])
def test_a_folder_with_anything_else_is_refused_untouched(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("# mine\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty") as refused:
        make_demo(tmp_path)
    assert refused.value.where == str(tmp_path) and "regrade demo DIR" in refused.value.hint
    assert digests(tmp_path).keys() == {name}


@pytest.mark.parametrize("below", ["", "below"])
def test_a_file_in_the_way_is_refused(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError):
        make_demo(tmp_path / "file" / below if below else tmp_path / "file")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError, OSError])
@pytest.mark.parametrize("exists", [True, False])
def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException], exists: bool) -> None:
    def interrupted(*_: object) -> None:
        raise stop

    monkeypatch.setattr(training, "RECIPES", ())
    monkeypatch.setattr(eval_set, "begin", interrupted)
    if exists:
        (tmp_path / "demo").mkdir()
    with pytest.raises(stop):
        make_demo(tmp_path / "demo")
    assert [path.name for path in tmp_path.rglob("*")] == (["demo"] if exists else [])


def test_a_move_that_fails_halfway_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing_to_train: None) -> None:
    rename, moved = Path.rename, []

    def full(self: Path, target: Path) -> Path:
        if self.name == "regrade.toml":
            raise OSError(28, "No space left on device")
        moved.append(self.name)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(UsageError, match="No space left"):
        make_demo(tmp_path)
    assert moved and not list(tmp_path.iterdir())


def test_two_at_once_end_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "demo"

    def somebody_is_faster(built: Path, *_: object) -> None:
        folder.mkdir()
        (folder / "regrade.toml").write_bytes((built / "regrade.toml").read_bytes())
        (folder / ".gitignore").write_text("theirs", encoding="utf-8")

    monkeypatch.setattr(training, "RECIPES", ())
    monkeypatch.setattr(eval_set, "begin", somebody_is_faster)
    make_demo(folder)
    assert is_demo(folder) and {path.name for path in folder.iterdir()} == {"regrade.toml", ".gitignore"}
    assert (folder / ".gitignore").read_text(encoding="utf-8") == "theirs"


def test_an_empty_folder_is_looked_at_and_filled_by_one_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing_to_train: None
) -> None:
    held = {"looked": [], "filled": []}
    look, rename = module.demo_of, Path.rename

    def demo_of(folder: Path) -> str | None:
        held["looked"].append(is_held(folder))
        return look(folder)

    def filled(self: Path, target: Path) -> Path:
        if target.parent == tmp_path:
            held["filled"].append(is_held(tmp_path))
        return rename(self, target)

    monkeypatch.setattr(module, "demo_of", demo_of)
    monkeypatch.setattr(Path, "rename", filled)
    make_demo(tmp_path)
    assert held["looked"] == [True, True] and set(held["filled"]) == {True} and not is_held(tmp_path)


# --- used ---


def test_saved_models_answer_what_was_logged(demo: Path, tmp_path: Path) -> None:
    used = shutil.copytree(demo, tmp_path / "used")
    with regrade.open(used) as workspace:
        replay = workspace.replay("prod")
    assert replay.n == 1_000 and (replay.rate or 0) >= 0.999


@pytest.mark.parametrize("data", ["tweets", "delays"])
def test_the_other_demos_begin_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    module = {"tweets": tweets, "delays": delays}[data]
    monkeypatch.setattr(module, "RECIPES", [each for each in module.RECIPES if each.name in ("lexicon", "line")])  # the quickest
    make_demo(tmp_path / "demo", data=data)
    assert demo_of(tmp_path / "demo") == data
    with regrade.open(tmp_path / "demo") as workspace:
        modes = eval_set.BEGINNINGS[data].modes
        results = [len(workspace.reader.view(mode.where)) >= mode.n for mode in modes]
        state = workspace.evalset.state
        assert all(results) and sum("failure" in state.example(key).origins for key in state.members()) == sum(mode.n for mode in modes)
        assert all(workspace.log.compile(where) for where in workspace.config.slices.values())
    with pytest.raises(UsageError, match=f"is the demo on {data}"):
        make_demo(tmp_path / "demo")


# --- around it ---


def test_flights_are_found_in_an_installed_package_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "regrade"
    (package / "sample_data").mkdir(parents=True)
    monkeypatch.setattr(regrade, "__file__", str(package / "__init__.py"))
    with pytest.raises(DataError, match="missing"):
        sample_data_folder()
    (package / "sample_data" / "flights.parquet").touch()
    assert sample_data_folder() == package / "sample_data"


def test_importing_it_is_light() -> None:
    code = "import sys, regrade.cli.demo_workspace; print({'pandas', 'sklearn', 'skops', 'pyarrow', 'duckdb'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# --- what its candidates are, by the truth of every flight of the log ---


def test_retrained_gains_in_july_to_october_and_loses_in_november(demo: Path) -> None:
    """By all flights of November and every third of the others, weighted so: the slices are the demo's own."""
    flights = pq.read_table(demo / "logs" / "flights.parquet").filter(pc.is_valid(pc.field("outcome")))
    frame, said = flights.to_pandas(), {}
    frame = frame[(frame["month"] == 11) | (np.arange(len(frame)) % 3 == 0)]
    for name in ("prod", "retrained"):
        path = demo / "models" / f"{name}.skops"
        said[name] = skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path)).predict(frame)
    made = config.load(demo / "regrade.toml")
    names = ("july_october", "november")
    chosen = structs.replace(
        made,
        slices={name: made.slices[name] for name in names}, business=config.Business(), metrics=config.Metrics(),
        gate=config.Gate(champion="prod", resamples=100, slices={"november": config.ProtectedSlice(margin=0.01)}),
    )  # fmt: skip
    answers, weight = {name: each.tolist() for name, each in said.items()}, np.where(frame["month"] == 11, 1.0, 3.0)
    scored = world(frame["outcome"].tolist(), answers, inputs={"month": frame["month"]}, weight=weight)
    found = compare(scored, "prod", "retrained", chosen)
    told = {
        row.name: (round(100 * (row.low or 0), 1), round(100 * (row.delta or 0), 1), round(100 * (row.high or 0), 1))
        for row in found.slices
    }
    assert found.slices[1].n == 8_540
    assert told["july_october"] == pytest.approx((2.2, 2.9, 3.5), abs=0.5)
    assert told["november"] == pytest.approx((-2.3, -1.5, -0.8), abs=0.5)
    assert (found.headline.low or 0) > 0, "better in all, and yet"
    assert found.verdict == "regression" and found.reasons[0].startswith("slice november is worse by its margin of 1.0 points")
