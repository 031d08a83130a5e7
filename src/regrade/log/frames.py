"""The one way from Arrow to pandas: dtypes of the whole log, whatever a batch of it holds.

Importable alone and with the standard library only: a worker in another interpreter loads this file by its path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

DTYPE = b"regrade.dtype"
"""Key of a field's metadata that holds its pandas dtype."""

_NUMPY = {"halffloat": "float16", "float": "float32", "double": "float64"}


def default_dtype(kind: pa.DataType, nulls: bool) -> str:
    """Return the pandas dtype of a column of Arrow type ``kind``; ``nulls``: does the whole column hold any?

    Numbers without nulls are numpy's, whole numbers with nulls pandas' nullable ones; floats show a null as NaN. Texts are
    pandas' ``str`` (``object`` before pandas 3), times ``datetime64`` or ``timedelta64`` in the column's own unit; everything
    else is ``object``: dates, decimals, bytes, lists (Python lists), structs (dictionaries).
    """
    name = str(kind)
    if name.startswith("dictionary"):
        return default_dtype(kind.value_type, nulls)
    if name in _NUMPY:
        return _NUMPY[name]
    if name == "bool":
        return "boolean" if nulls else "bool"
    if name.rstrip("0123456789") in ("int", "uint"):
        return name.replace("int", "Int").replace("uI", "UI") if nulls else name
    if name in ("string", "large_string", "string_view"):
        return "str"
    if name.startswith("timestamp"):
        return f"datetime64[{kind.unit}, {kind.tz}]" if kind.tz else f"datetime64[{kind.unit}]"
    return f"timedelta64[{kind.unit}]" if name.startswith("duration") else "object"


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return ``table`` as a frame of the same shape, with the dtypes that its schema's metadata names.

    A column without such metadata gets the dtype of a column that may hold nulls.

    Raises
    ------
    ValueError
        A value is missing in a column whose dtype has no room for that.
    """
    import pandas as pd

    series = {}
    for at, field in enumerate(table.schema):
        stored = (field.metadata or {}).get(DTYPE)
        dtype = stored.decode() if stored else default_dtype(field.type, True)
        series[field.name] = _series(table.column(at), dtype, field.name)
    return pd.DataFrame(series, index=pd.RangeIndex(table.num_rows), columns=list(table.schema.names))


def _series(column: pa.ChunkedArray, dtype: str, name: str) -> Any:
    """Return one column as something that a frame takes as it is."""
    import numpy as np
    import pandas as pd

    if str(column.type).startswith("dictionary"):
        column = column.cast(column.type.value_type)
    if dtype.startswith(("Int", "UInt", "boolean")):
        mask = column.is_null().to_numpy()
        values = column.fill_null(False if dtype == "boolean" else 0).to_numpy()
        return pd.array(values, dtype=dtype) if not mask.any() else _masked(values, mask, dtype)
    if dtype == "bool" or dtype.startswith(("int", "uint")):
        if column.null_count:
            raise ValueError(f"column {name!r} is {dtype}, and a value is missing")
        return column.to_numpy().astype(dtype, copy=False)
    if dtype.startswith("float"):
        return np.asarray(column.to_numpy(), dtype=dtype)
    if dtype == "object":
        values = np.empty(len(column), dtype=object)
        try:
            values[:] = column.to_pylist() if len(column) else []
        except OverflowError:
            raise ValueError(f"column {name!r} holds a date that Python cannot show") from None
        return pd.Series(values, dtype=object)
    return column.to_pandas()


def _masked(values: Any, mask: Any, dtype: str) -> Any:
    import pandas as pd

    made = pd.Series(values, dtype=dtype)
    return made.mask(mask)
