"""What the scoreboard says, and what it gives up where there is no room."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from rich.cells import cell_len
from textual.geometry import Size

from regrade.tui.commands.copy import gate_command
from regrade.tui.glyphs import ASCII, UNICODE
from regrade.tui.screens.status_lines import top_line
from regrade.tui.widgets.board_lines import board_lines, missing_line, rests_line
from regrade.tui.widgets.scoreboard import Scoreboard
from tests.tui.harness import board_row

BOARD = {
    "examples": 431,
    "sampled": 300,
    "primary": "accuracy",
    "rows": [
        board_row("prod", 0, 131, champion=True, value=0.773),
        board_row("retrained", 58, 131, value=0.79, broken=12, pinned={"passed": 3, "total": 4}),
        board_row("simple", 40, 131, value=0.7, errors=3, error="column 'x' is missing"),
    ],
}


def text(width: int, board: dict = BOARD, before: dict | None = None, glyphs=UNICODE) -> list[str]:
    return ["".join(part for part, _ in line).rstrip() for line in board_lines(board, before, width, glyphs)]


def test_it_says_estimates_with_intervals_apart_from_known_failures() -> None:
    heading, champion, better, worse = text(140)
    assert "production estimate (300 sampled)" in heading and "vs prod" in heading
    assert "accuracy 77.3%  72.3 – 82.3" in champion
    assert "+4.0  −1.0 – +9.0" in better and "58 / 131" in better and "▲ 58  ▼ 12" in better and "3 / 4 ⚑" in better
    assert "⚠ 3" in worse


def test_an_error_is_never_shown_as_wrong() -> None:
    part = {"passed": 2, "total": 4, "unanswered": 2}
    rows = [
        board_row("prod", 0, 131, champion=True),
        board_row("dead", 0, 131, errors=131, compared=0, known={"passed": 0, "total": 131, "unanswered": 131}),
        board_row("half", 9, 131, errors=2, compared=2, pinned=part),
    ]
    _, _, dead, half = text(140, {**BOARD, "rows": rows})
    assert "/" not in dead and "▲" not in dead and "⚑" not in dead and "⚠ 131" in dead
    assert "2 / 2" in half and "⚑" not in half and "⚠ 2" in half


def test_how_far_repeated_answers_agree_and_why_a_metric_has_no_value_are_said_where_there_is_room() -> None:
    agreement = {"repeats": 3, "n": 40, "all": 0.925, "pairwise": 0.95}
    board = {
        **BOARD,
        "rows": [BOARD["rows"][0], board_row("llm", 58, 131, value=0.79, broken=12, agreement=agreement)],
        "metrics_missing": ["gini of llm: ValueError: \x1b[31mone class", "gini of prod: one class"],
    }
    assert text(160, board)[2].endswith("asked 3 ×, all agree on 92%") and "asked" not in text(90, board)[2]
    for width in (160, 80, 50):
        (line,) = missing_line(board, width, UNICODE)
        assert cell_len(line[0]) <= width and line[0].startswith("⚠ no value: gini of") and "\x1b" not in line[0]
        assert line[0].endswith(" (and 1 more: `regrade score`)")
    assert missing_line(BOARD, 80, UNICODE) == []

    shown = Scoreboard(UNICODE, id="board")
    shown.show(board, flash=False)
    size = shown.get_content_height(Size(160, 40), Size(160, 40), 160)
    assert size == len(shown.lines(160)) == 4


def test_on_how_many_examples_estimates_rest_is_said_where_errors_leave_some_out() -> None:
    row = board_row("half", 9, 131, errors=60, n_sampled=300)
    row["estimate"]["n"] = 240
    narrowed = {**BOARD, "rows": [row], "examples": 431}
    shown = Scoreboard(UNICODE, id="board")
    shown.show(narrowed, flash=False)
    assert shown.lines(160)[-1][0][0].startswith("the estimates rest on 240 sampled examples: what every")
    assert shown.get_content_height(Size(160, 40), Size(160, 40), 160) == 3 == len(shown.lines(160))
    assert all(cell_len(text) <= 40 for text, _ in rests_line(narrowed, 40))
    waiting = {**narrowed, "rows": [{**row, "n_waiting": 60}]}
    assert rests_line(waiting, 80) == rests_line({**narrowed, "rows": [{**row, "errors": 0}]}, 80) == rests_line(BOARD, 80) == []


def test_the_first_line_shows_version_and_count_of_one_moment() -> None:
    panes = Mock(glyphs=UNICODE, predictions=600, failures=109, version="bbbbbbbbb", board={"version": "aaaaaaaaa", **BOARD})
    panes.services.config.champion, panes.services.paths.root.name, panes.decisions.disputed = "prod", "flights", 0

    def right() -> str:
        return "".join(text for group in top_line(panes)[1] for text, _ in group)

    assert "eval set aaaaaaa · 431 examples" in right() and "bbb" not in right(), "a newer version waits for its count"
    panes.board = None
    assert right().endswith("eval set bbbbbbb")


@pytest.mark.parametrize("width", [200, 120, 100, 80, 60])
def test_no_line_is_wider_than_the_room(width: int) -> None:
    assert max(cell_len(line) for line in text(width - 1)) <= width - 1


def test_where_there_is_least_room_errors_stand_in_place_of_flips() -> None:
    lines = text(59)
    assert "errors" not in lines[0]
    assert "⚠ 3" in lines[3]


def test_what_changed_flashes_and_nothing_else() -> None:
    before = {**BOARD, "rows": [{**BOARD["rows"][1], "known": {"passed": 56, "total": 131}}]}
    lines = board_lines(BOARD, before, 140, UNICODE)
    flashing = [part for line in lines for part, style in line if style == "flash"]
    assert flashing == ["58 / 131 (+2)"], "nor the blanks behind it"
    assert len({cell_len("".join(part for part, _ in line)) for line in lines}) == 1


def test_a_flash_is_not_ended_by_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[Mock] = []
    monkeypatch.setattr(Scoreboard, "set_timer", lambda *_: timers.append(Mock()) or timers[-1])
    shown = Scoreboard(UNICODE, id="board")
    for passed in (56, 57, 58):
        shown.show({**BOARD, "rows": [board_row("retrained", passed, 131)]})
    assert [timer.stop.called for timer in timers] == [True, False]


def test_without_a_sample_there_is_no_estimate() -> None:
    row = board_row("prod", 0, 10, champion=True)
    row["estimate"] = {"value": None, "low": None, "high": None, "n": 0}
    assert text(120, {"sampled": 0, "rows": [row]})[1].split()[1] == "–"


def test_loss_is_a_number_not_a_share() -> None:
    row = {**board_row("prod", 0, 10, champion=True, value=0.5), "primary": "log_loss"}
    assert "log loss 0.500  0.450 – 0.550" in text(120, {"sampled": 9, "rows": [row]})[1]


def test_ascii_terminals_get_ascii() -> None:
    assert all(line.isascii() for line in text(140, glyphs=ASCII))


def test_names_cannot_write_to_the_terminal() -> None:
    rows = [board_row("\x1b]0;x\x07", 1, 2, champion=True), board_row("b", 1, 2, error="\x1b[2J")]
    assert "\x1b" not in "".join(text(140, {"sampled": 1, "rows": rows}))


def test_gate_command_takes_the_best_estimate_and_quotes() -> None:
    assert gate_command(BOARD) == "regrade gate --base prod --head retrained"
    assert gate_command({"rows": [board_row("prod", 0, 1, champion=True)]}) is None
    lower = [board_row("p", 0, 1, champion=True), board_row("a", 0, 1, value=0.9), board_row("b", 0, 1, value=0.1)]
    assert gate_command({"rows": [{**row, "higher_is_better": False} for row in lower]}) == "regrade gate --base p --head b"
    odd = [board_row("p p", 0, 1, champion=True), board_row("$(rm)", 0, 1)]
    assert gate_command({"rows": odd}) == "regrade gate --base 'p p' --head '$(rm)'"


def test_in_80_cells_the_difference_and_the_interval_stay_and_a_broken_pin_is_flagged() -> None:
    rows = [
        board_row("simple", 40, 131, value=0.7, broken=9),
        board_row("prod", 0, 131, champion=True, value=0.773),
        board_row("retrained", 58, 131, value=0.79, broken=12, pinned={"passed": 3, "total": 4}),
    ]
    heading, champion, _, flagged = text(78, {**BOARD, "rows": rows})
    assert "vs prod" in heading and "errors" not in heading and "pinned" not in heading
    assert champion.startswith("prod") and "77.3%  72.3 – 82.3" in champion
    assert "retrained ⚑" in flagged and "+4.0" in flagged


def test_long_names_are_cut_with_an_ellipsis() -> None:
    rows = [board_row("a-candidate-with-a-long-name", 1, 2, champion=True, pinned={"passed": 0, "total": 1})]
    assert "a-candidate-wit… ⚑" in text(78, {**BOARD, "rows": rows})[1]


def test_errors_keep_their_column_before_a_difference_goes() -> None:
    assert "⚠ 3" in "".join(text(78))


def test_a_trend_shows_how_the_share_of_known_failures_came_about_and_is_given_up_first() -> None:
    board = Scoreboard(UNICODE, id="board")
    for passed, total in ((58, 131), (58, 131), (60, 133), (59, 134), (66, 140)):
        board.show({**BOARD, "rows": [board_row("prod", 0, total, champion=True), board_row("retrained", passed, total)]}, flash=False)
    heading, champion, other = ("".join(part for part, _ in line).rstrip() for line in board.lines(140))
    assert "trend" in heading and "▁▃▁█" in other and not set("▁▃█") & set(champion)
    assert all("trend" not in "".join(part for part, _ in line) for line in board.lines(90))
    kept = board.kept()
    again = Scoreboard(ASCII, id="board")
    assert kept is not None
    again.show(kept, flash=False)
    assert "_-_#" in "".join(part for part, _ in again.lines(140)[2])


@pytest.mark.parametrize("kept", [None, 3, {"retrained": 3}, {"retrained": [[1]]}, {"retrained": [[2, 1]]}, {"retrained": [["a", True]]}])
def test_a_history_that_is_none_is_left_out(kept: object) -> None:
    board = Scoreboard(UNICODE, id="board")
    board.show({**BOARD, "history": kept}, flash=False)
    assert len(board.lines(120)) == 4
