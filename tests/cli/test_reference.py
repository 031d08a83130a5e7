"""The CLI reference says what the commands say."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_is_up_to_date() -> None:
    made = runpy.run_path(str(DOCS / "make_cli_reference.py"))
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == made["reference"](), "run docs/make_cli_reference.py"


def test_every_command_and_option_says_what_it_is_for() -> None:
    import click

    from regrade.cli.main import regrade

    made = runpy.run_path(str(DOCS / "make_cli_reference.py"))
    assert len(dict(made["commands"](regrade, "regrade"))) >= 22

    def check(command: click.Command) -> None:
        assert command.help, command.name
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, (command.name, parameter.name)
        for each in getattr(command, "list_commands", lambda _: [])(click.Context(command)):
            check(command.get_command(click.Context(command), each))  # type: ignore[attr-defined]

    check(regrade)
