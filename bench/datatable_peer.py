"""The peer of keys.py: Textual's own DataTable with a thousand rows, as an app of its own."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class Peer(App[None]):
    """A table and nothing else."""

    def compose(self) -> ComposeResult:
        """Make the table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill it."""
        table = self.query_one(DataTable)
        table.add_columns("time", "flight", "from", "to", "p_late", "prediction", "outcome", "mode")
        table.add_rows(
            [(f"Dec 31 {n % 24:02d}:15", str(n), "EWR", "ORD", f"{n % 100 / 100:.2f}", "on_time", "late", "") for n in range(1_000)]
        )


if __name__ == "__main__":
    Peer().run()
