"""Write docs/schema/comparison.schema.json from the types themselves; a test fails when it is out of date.

.venv/bin/python docs/make_schema.py
"""

from __future__ import annotations

import json
from pathlib import Path

from regrade.report.schema import comparison_schema

PAGE = Path(__file__).parent / "schema" / "comparison.schema.json"


def page() -> str:
    """Return the file."""
    return json.dumps(comparison_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
