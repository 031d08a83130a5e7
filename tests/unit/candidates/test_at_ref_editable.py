"""The trap: with ``pip install -e`` an import finds the work tree, and the base of a comparison silently runs today's code."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from regrade.errors import CandidateError

from .conftest import SCHEMAS, contents
from .past import PastWorkspace, answers

# What stands behind an editable install: a folder on sys.path (hatchling), or a finder with a table of packages (setuptools).
FOLDERS = {"path": "src", "finder": "lib"}
PROJECT = (
    "[build-system]\nrequires = []\nbuild-backend = 'setuptools.build_meta'\n[project]\nname = 'flights'\nversion = '1'\n"
    "[tool.setuptools]\npackages = ['flights']\n[tool.setuptools.package-dir]\nflights = 'lib/flights'\n"
)
JUDGE = "import flights.rules\ndef predict(frame): return [flights.rules.answer()] * len(frame)\n"


def environment(folder: Path) -> Path:
    """Make a virtual environment that also sees the libraries of this one, and return its interpreter."""
    venv.create(folder, with_pip=False)
    (sites(folder) / "beside.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin/python"


def sites(folder: Path) -> Path:
    return folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def install(interpreter: Path, project: Path, kind: str) -> None:
    """Install a project into an environment, editable, without a network: by the real pip, or by the one file that hatchling leaves."""
    if kind == "path":
        (sites(interpreter.parents[1]) / "_flights.pth").write_text(f"{project}/src\n")
        return
    options = ["--quiet", "--disable-pip-version-check", "--no-build-isolation", "--no-deps", "--no-index"]
    command = [sys.executable, "-m", "pip", "--python", str(interpreter), "install", *options, "-e", str(project)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", FOLDERS)
def test_an_editable_install_does_not_lead_the_base_to_todays_code(kind: str, tmp_path: Path) -> None:
    folder = FOLDERS[kind]
    past = PastWorkspace.init(tmp_path / "repository")
    past.write(".gitignore", ".regrade/\n.venv/\n__pycache__/\n*.egg-info/\nbuild/\n")
    past.write("pyproject.toml", PROJECT)
    past.write("judge.py", JUDGE)
    past.write(f"{folder}/flights/__init__.py", "")
    past.write(f"{folder}/flights/rules.py", "def answer():\n    from flights import words\n    return words.WORD\n")
    past.write(f"{folder}/flights/words.py", "WORD = 'base'\n")
    past.says('[candidates.judge]\npython = "judge:predict"\ninterpreter = ".venv/bin/python"')
    past.commit("base")
    interpreter = environment(past.root / ".venv")
    install(interpreter, past.root, kind)
    past.write(f"{folder}/flights/words.py", "WORD = 'head'\n")

    with past.pool() as pool:
        assert answers(pool, "judge", "judge@HEAD") == ["head", "base"]
        assert f"{folder}/flights/words.py" in pool.fingerprint("judge@HEAD").parts["imported"]
        past.write(f"{folder}/flights/words.py", "WORD = 'base'\n")
        assert answers(pool, "judge") == ["base"]
        assert pool.fingerprint("judge") == pool.fingerprint("judge@HEAD")

    # A module that only the work tree has does not help the base out.
    past.write(f"{folder}/flights/rules.py", "from flights.extra import answer\n")
    past.commit("needs what is not committed")
    past.write(f"{folder}/flights/extra.py", "def answer(): return 'stray'\n")
    with past.pool() as pool:
        assert answers(pool, "judge") == ["stray"]
        with pytest.raises(CandidateError, match=r"flights\.extra") as raised:
            pool.predict("judge@HEAD", contents(1), SCHEMAS)
        assert raised.value.exit_code == 3


def test_a_project_of_elsewhere_is_no_part_of_a_commit(tmp_path: Path) -> None:
    other = PastWorkspace.init(tmp_path / "other")
    other.write("src/flights/__init__.py", "")
    other.write("src/flights/rules.py", "def answer(): return 'of elsewhere'\n")
    past = PastWorkspace.init(tmp_path / "repository")
    past.write("judge.py", "def predict(frame):\n    import flights.rules\n    return [flights.rules.answer()] * len(frame)\n")
    past.says(f'[candidates.judge]\npython = "judge:predict"\ninterpreter = "{tmp_path}/env/bin/python"')
    past.commit("base")
    install(environment(tmp_path / "env"), other.root, "path")

    with past.pool() as pool:
        assert answers(pool, "judge") == ["of elsewhere"]
        with pytest.raises(CandidateError, match="which does not belong to HEAD") as raised:
            pool.predict("judge@HEAD", contents(1), SCHEMAS)
        assert str(other.root / "src/flights/__init__.py") in raised.value.what
        assert "without -e" in raised.value.hint
