"""Personal settings, the saved view, typed values: what is wrong is said, and the rest holds."""

from __future__ import annotations

import pkgutil
import runpy
from importlib import import_module
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from regrade.errors import UsageError
from regrade.log.typed import typed_value
from regrade.tui import dialogs, screens
from regrade.tui.actions import ACTIONS, bindings, tables
from regrade.tui.dialogs import DIALOGS
from regrade.tui.dialogs import load as load_dialog
from regrade.tui.glyphs import ASCII, UNICODE, for_locale
from regrade.tui.keymap import PRESETS, as_remapped, load
from regrade.tui.screens.dialog import Dialog
from regrade.tui.services import saved_view
from regrade.tui.support import Support
from regrade.tui.themes import CONTRAST, THEMES, own_colours


@pytest.mark.parametrize("screen", tables())
def test_every_action_has_one_id_and_keys_of_its_own(screen: str) -> None:
    actions = tables()[screen]
    assert len({action.id for action in actions}) == len(actions) and all(action.text for action in actions)
    keys = [key for action in actions if action.keys for key in action.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert {"help", "palette", "leave", "back", "next_screen"} <= {action.id for action in actions}


def test_an_action_has_the_same_keys_on_every_screen() -> None:
    keys: dict[str, str] = {}
    for actions in tables().values():
        for action in actions:
            assert keys.setdefault(action.id, action.keys) == action.keys, action.id


def test_a_key_may_be_given_to_two_actions_that_no_screen_has_both_of(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[keys]\nexclude = "p"\n')
    assert load(path, tables().values).problems == []


def test_the_key_reference_is_up_to_date() -> None:
    docs = Path(__file__).parents[2] / "docs"
    made = runpy.run_path(str(docs / "make_key_reference.py"))
    assert (docs / "keys.md").read_text(encoding="utf-8") == made["reference"](), "run docs/make_key_reference.py"


def test_keys_are_remapped_by_action(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('theme = "regrade-light"\n[keys]\nlabel = "m"\nfilter = "b,ctrl+f"\n')
    personal = load(path, lambda: [ACTIONS])
    assert (personal.keys, personal.theme, personal.problems) == ({"label": "m", "filter": "b,ctrl+f"}, "regrade-light", [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[keys]\nlable = "m"', "did you mean 'label'"),
        ('[keys]\nlabel = "p"', "p is the key of 'promote' already"),
        ('[keys]\nlabel = "m"\nnote = "m"', "m is the key of"),
        ('[keys]\nfilter = "?"', "? is the key of 'help' already"),
        ("[keys]\nlabel = 3", "a key is text"),
        ("keys = 3", "[keys] is a table"),
        ("colour = 1", "unknown setting 'colour'"),
        ("theme = 1", "theme is a name"),
        ('preset = "vi"', "there is no preset 'vi' (did you mean 'vim'"),
        ("preset = 1", "there is no preset 1"),
        ('[keys]\nlabel = "hjkl"', "no key is called 'hjkl'"),
        ('[keys]\nlabel = "ctr+k"', "no key is called 'ctr+k'"),
        ('preset = "vim"\n[keys]\nnote = "a"', "a is the key of 'label' already"),
        ("[keys", "config.toml"),
    ],
)
def test_a_mistake_is_said_and_left_as_it_was(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    personal = load(path, lambda: [ACTIONS])
    assert said in " ".join(personal.problems)
    assert personal.keys.get("label") in (None, "m", "a") and "note" not in personal.keys


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_names_actions_gives_no_key_twice_and_what_is_said_beside_it_holds(name: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    known = {action.id: action for table in tables().values() for action in table}
    for own in ("", *(f'[keys]\n{id} = "{known[id].keys}"' for id in PRESETS[name])):
        path.write_text(f'preset = "{name}"\n{own}\n')
        personal = load(path, tables().values)
        assert personal.problems == [] or "already" in personal.problems[0]
        assert personal.keys.keys() >= PRESETS[name].keys()
        for table in tables().values():
            keys = [key for action in table if (said := personal.keys.get(action.id, action.keys)) for key in said.split(",")]
            assert len(keys) == len(set(keys)), own
    path.write_text('preset = "vim"\n[keys]\nlabel = "m"\n')
    assert load(path, tables().values).keys == {**PRESETS["vim"], "label": "m"}


@pytest.mark.parametrize("screen", tables())
def test_every_action_can_be_reached_by_a_key_or_from_the_palette_and_stands_in_the_reference(screen: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {screen}\n")[2].partition("\n## ")[0]
    for action in tables()[screen]:
        bound = [binding for binding in bindings([action]) if isinstance(binding, Binding)]
        assert [(each.id, each.action) for each in bound] == [(action.id, f"do({action.id!r})")]
        assert f"| `{action.id}` |" in section, action.id


def test_every_dialog_has_keys_of_its_own_that_are_documented() -> None:
    for module in pkgutil.iter_modules(screens.__path__):
        import_module(f"regrade.tui.screens.{module.name}")
    found, left = set(), [Dialog]
    while left:
        found.update(below := left.pop().__subclasses__())
        left += below
    assert {f"{each.__module__}:{each.__name__}" for each in found if each.__module__.startswith("regrade.tui.screens.")} == {
        f"regrade.tui.screens.{name}" for name in DIALOGS.values()
    }
    page = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8").partition("\n## In dialogs\n")[2]
    for title in DIALOGS:
        bound = dialogs.bindings(load_dialog(title))
        keys = [key for each in bound for key in each.key.split(",")]
        assert all(each.id and each.description for each in bound) and len(keys) == len(set(keys)), title
        assert dialogs.keys(load_dialog(title)) and page.count(f"| {title} |") == len(dialogs.keys(load_dialog(title)))


def test_hints_show_the_keys_as_they_were_remapped() -> None:
    keymap = {"promote": "m", "next_screen": "greater_than_sign,ctrl+l"}
    assert [as_remapped(shown, ACTIONS, keymap) for shown in ("p", "[ ]", "x", "left right")] == ["m", "[ >", "x", "left right"]


def test_the_theme_of_high_contrast_is_one_and_each_theme_gets_colours_that_go_with_it() -> None:
    def contrast(one: str, other: str) -> float:
        low, high = sorted(_luminance(Color.parse(colour)) for colour in (one, other))
        return (high + 0.05) / (low + 0.05)

    texts = [CONTRAST.primary, CONTRAST.foreground, CONTRAST.success, CONTRAST.warning, CONTRAST.error, *CONTRAST.variables.values()]
    assert min(contrast(str(colour), str(CONTRAST.panel)) for colour in texts) >= 7
    for theme in [*BUILTIN_THEMES.values(), *THEMES]:
        own = {**own_colours(theme), **theme.variables}
        assert all(own[name].startswith("ansi_") == theme.ansi for name in ("muted", "strong", "line", "line-text"))
        if not theme.ansi and theme.background is not None:
            assert contrast(own["strong"], theme.background) > 7 and contrast(own["muted"], theme.background) > 2.5, theme.name


def _luminance(colour: Color) -> float:
    """Return the relative luminance of WCAG 2.2."""
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_two_actions_may_swap_their_keys(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[keys]\nlabel = "p"\npromote = "l"\n')
    assert load(path, lambda: [ACTIONS]).problems == []


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', '{"columns": 3}', "\x00\xff"])
def test_a_broken_saved_view_is_no_view(tmp_path: Path, text: str) -> None:
    path = tmp_path / "last_view.json"
    path.write_bytes(text.encode("latin-1"))
    assert saved_view.load(path) is None


def test_a_saved_view_comes_back_and_an_unwritable_place_disturbs_nobody(tmp_path: Path) -> None:
    saved = saved_view.SavedView([], {}, 3, {0: {"key": ["a"], "result": ["wrong"]}}, {"a": ("labelled", "storms", False)}, where="x = 1")
    saved_view.save(tmp_path / "cache" / "v.json", saved)
    assert saved_view.load(tmp_path / "cache" / "v.json") == saved
    assert [each.name for each in (tmp_path / "cache").iterdir()] == ["v.json"]
    (tmp_path / "file").write_text("")
    saved_view.save(tmp_path / "file" / "v.json", saved)


@pytest.mark.parametrize(
    ("text", "sql_type", "kind", "value"),
    [
        ("late", "VARCHAR", "classification", "late"),
        ("007", "VARCHAR", "classification", "007"),
        ("1", "BIGINT", "classification", 1),
        ("9007199254740993", "BIGINT", "classification", 9007199254740993),
        ("1.5", "DOUBLE", "regression", 1.5),
        ("12", "BIGINT", "regression", 12),
        ("12.5", "BIGINT", "regression", 12.5),
        ("1e3", "INTEGER", "classification", 1000),
        ("2.50", "DECIMAL(9,2)", "classification", 2.5),
        ("TRUE", "BOOLEAN", "classification", True),
        ('{"a": 1}', "VARCHAR", "json", {"a": 1}),
    ],
)
def test_a_typed_value_has_the_type_of_the_outcomes(text: str, sql_type: str, kind: str, value: object) -> None:
    assert typed_value(text, sql_type, kind) == value


@pytest.mark.parametrize(
    ("text", "sql_type", "kind"),
    [
        ("x", "BIGINT", "classification"),
        ("1.5", "INTEGER", "classification"),
        ("nan", "DOUBLE", "regression"),
        ("{", "VARCHAR", "json"),
        ("2", "BOOLEAN", "classification"),
        ("99999999999999999999", "BIGINT", "classification"),
        ("", "VARCHAR", "regression"),
    ],
)
def test_a_value_of_another_type_is_refused(text: str, sql_type: str, kind: str) -> None:
    with pytest.raises(UsageError):
        typed_value(text, sql_type, kind)


def test_glyphs_follow_the_locale() -> None:
    assert for_locale({"LANG": "de_DE.UTF-8"}) is UNICODE
    assert for_locale({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}) is ASCII
    assert for_locale({}) is UNICODE
    assert for_locale({"TERM": "vt100"}) is ASCII
    assert all(len(glyph) == 1 and glyph.isascii() for glyph in vars(ASCII).values())


def test_the_support_log_names_places_and_holds_no_data(tmp_path: Path) -> None:
    support = Support(tmp_path / "logs" / "support.log")
    try:
        secret = "4111-1111"
        raise ValueError(f"cannot convert {secret}")
    except ValueError as error:
        support.note(error, "the view lane")
    text = support.path.read_text()
    assert "ValueError in the view lane" in text and "(a file of the workspace):" in text and "test_settings.py" not in text
    assert "4111" not in text
