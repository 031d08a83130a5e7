"""Draw the pictures of the README and docs/ci.md: the real app, and real reports, on a fresh demo.

.venv/bin/python docs/make_pictures.py
"""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from regrade.compare import Comparison
    from regrade.tui.app import RegradeApp

PICTURES = Path(__file__).parent / "pictures"
WHERE = "carrier = 'EV' and hour >= 18 and precip > 0 and result = 'wrong'"

PLACES = (
    ("f3", "modes", "by week  ", ()),
    ("f4", "evalset", "sampled", ("j", "space", "space")),
    ("f5", "comparing", "by failure mode", ()),
    ("f6", "slices", "errs most by", ("right",)),
)
"""Key, name of the picture, what must stand there first, keys after that."""


def main() -> None:
    from regrade.cli.demo_workspace import make_demo
    from regrade.workspace import Workspace

    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "flights"
        make_demo(root, lambda done, total: None)
        with Workspace.open(root) as workspace:
            workspace.score()
            comparison = workspace.compare("prod", "retrained")
        draw_comparison(comparison)
        asyncio.run(draw_triage(root))


def draw_comparison(comparison: Comparison) -> None:
    from regrade.report.terminal import print_comparison

    console = Console(record=True, width=110, file=io.StringIO(), highlight=False, markup=False, emoji=False, force_terminal=True)
    print_comparison(comparison, console=console)
    console.save_svg(str(PICTURES / "compare.svg"), title="regrade compare prod retrained")


async def draw_triage(root: Path) -> None:
    from regrade.config import load
    from regrade.paths import Paths
    from regrade.tui.app import RegradeApp

    paths = Paths(root)
    app = RegradeApp(paths, load(paths.config))
    async with app.run_test(size=(124, 36)) as pilot:
        screen: Callable[[], str] = lambda: "\n".join(strip.text for strip in app.screen._compositor.render_strips(app.size))  # noqa: E731

        async def until(shown: str) -> None:
            for _ in range(600):
                if shown in screen():
                    return
                await pilot.pause(0.1)
            raise SystemExit(f"{shown!r} did not come:\n{screen()}")

        await until("accuracy 7")
        await draw_facets(app, pilot, until)
        await pilot.press("slash")
        names = {" ": "space", "'": "apostrophe", ">": "greater_than_sign", "=": "equals_sign"}
        await pilot.press(*(names.get(character, character) for character in WHERE), "enter")
        await until("of 54,312 · newest")
        await pilot.press("1")
        await until("p promotes it")
        await pilot.press("p")
        await until("(+1)")
        await pilot.pause(1.0)
        await pilot.press("k")
        await pilot.pause(1.5)
        app.save_screenshot("triage.svg", path=str(PICTURES))
        for key, name, shown, more in PLACES:
            await pilot.press(key)
            await until(shown)
            await pilot.pause(1.0)
            await pilot.press(*more)
            await pilot.pause(2.0)
            app.save_screenshot(f"{name}.svg", path=str(PICTURES))
    app.finish()


async def draw_facets(app: RegradeApp, pilot: Pilot[None], until: Callable[[str], Awaitable[None]]) -> None:
    await pilot.press("f", "slash", *"hour", "enter")
    await until("lift")
    await pilot.pause(0.5)
    app.save_screenshot("facets.svg", path=str(PICTURES))
    await pilot.press("escape")
    await pilot.pause(1.0)


if __name__ == "__main__":
    main()
