"""Entry: ``python …/worker serve FRAMES`` or ``python …/worker starter FD FRAMES full|light``."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path


def main(arguments: list[str]) -> None:
    """Load this folder as a package of a name that nobody else has, so that no module of a candidate is hidden by ours."""
    here = Path(__file__).absolute().parent
    sys.path[:] = [path for path in sys.path if Path(path).absolute() != here]
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("_regrade_worker", here / "__init__.py", submodule_search_locations=[str(here)])
    if spec is None or spec.loader is None:
        raise SystemExit("the worker's own files are missing")
    package = importlib.util.module_from_spec(spec)
    sys.modules["_regrade_worker"] = package
    spec.loader.exec_module(package)
    if arguments[0] == "starter":
        importlib.import_module("_regrade_worker.starter").main(int(arguments[1]), arguments[2], arguments[3] == "full")
    else:
        importlib.import_module("_regrade_worker.serve").main(arguments[1])


if __name__ == "__main__":
    main(sys.argv[1:])
