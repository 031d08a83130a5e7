"""JSON that a person typed: read strictly, with the line and the column of what is wrong; standard library and msgspec only."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from regrade.errors import DataError
from regrade.log.content import canonical, too_deep

_INDENT = 2


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text, and where: line and column count from 1; 0 where it is nowhere in particular."""

    what: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.what}" if self.line else self.what


def read_json(text: str) -> tuple[Any, Fault | None]:
    """Return the value that ``text`` holds, or what is wrong with it.

    Refused besides what is no JSON: a key that stands twice, NaN and infinity, numbers that no float can hold, half a surrogate
    pair, deeper nesting than an eval set keeps.
    """
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_float=_real, parse_constant=_constant)
        encoded = canonical(value)
    except json.JSONDecodeError as error:
        return None, Fault(error.msg[0].lower() + error.msg[1:].removesuffix(" at"), error.lineno, error.colno)
    except RecursionError:
        return None, Fault("lists and objects stand too deep in one another")
    except DataError as error:
        return None, Fault(f"{error.where}: {error.what}" if error.where else error.what)
    except ValueError as error:
        return None, Fault(str(error))
    if too_deep(encoded):
        return None, Fault("lists and objects stand too deep in one another")
    return value, None


def pretty(value: Any) -> str:
    """Return a value as JSON to be edited: indented, keys in their order. The JSON text of one is read first; any other text stands."""
    if isinstance(value, str):
        found, fault = read_json(value)
        if fault is not None:
            return value
        value = found
    return json.dumps(value, indent=_INDENT, ensure_ascii=False, default=str)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {json.dumps(name, ensure_ascii=False)} stands twice in one object")
        found[name] = value
    return found


def _real(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text} is larger than any number that can be kept")
    return value


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON: null stands for none")
