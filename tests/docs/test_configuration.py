"""docs/configuration.md names every variable that is read, with its default and range, and no other."""

import re

from ashao_site.embedded.config import ROOT

FILES = ("ashao_site/settings.py", "ashao_site/chain/settings.py", "ashao_site/configuration/money.py")
SETTINGS = "".join((ROOT / file).read_text() for file in FILES)
TWO_DEFAULTS = {"CHAIN_CONFIRMATIONS": ("`2` on the dev chain, else `12`", {"2", "12"})}
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)


def documented() -> dict[str, tuple[str, str]]:
    rows = ROW.findall((ROOT / "docs" / "configuration.md").read_text())
    assert len(rows) == len({name for name, *_ in rows}), "a variable has two rows"
    return {name: (default, allowed) for name, default, allowed, _ in rows}


def found(pattern: str, *paths: str) -> set[str]:
    names = set()
    for path in paths:
        for file in sorted(ROOT.glob(path)):
            names |= set(re.findall(pattern, file.read_text()))
    return names


def read_by_the_code() -> set[str]:
    return (
        found(r'(?:env_\w+|_service_url)\(\s*"([A-Z_]+)"', *FILES)
        | found(r'(?:env\.get\(|\(env, |\(\s*env, |environ\.get\()"([A-Z_]+)"', "ashao_site/embedded/*.py")
        | found(r'environ\.get\("([A-Z_]+)"', "scripts/*.py")
        | found(r"\$\{([A-Z_]+):-", "Procfile")
        | found(r"(?m)^([A-Z_]+) \?=", "Makefile")
    )


def test_every_variable_is_documented_and_no_other() -> None:
    assert set(documented()) == read_by_the_code()


def test_the_settings_and_the_embedded_run_are_covered() -> None:
    """The patterns above still match how the code reads its environment."""
    assert len(re.findall(r"= env_\w+\(", SETTINGS)) <= len(read_by_the_code())
    assert {"PORT", "DATABASE_URL", "ASGI_SERVER", "HOST", "GEMINI_API_KEY"} <= read_by_the_code()


def test_whole_numbers_have_their_defaults_and_ranges() -> None:
    rows = documented()
    numbers = re.findall(
        r'env_int\(\s*"([A-Z_]+)", ([0-9_]+), least=([0-9_]+), most=([0-9_*]+)\s*\)', SETTINGS
    )
    assert len(numbers) == SETTINGS.count("env_int(")
    for name, default, least, most in numbers:
        highest = 2**53 if most == "2**53" else int(most)
        text, defaults = TWO_DEFAULTS.get(name, (f"`{int(default)}`", {default}))
        assert default in defaults, name
        assert rows[name] == (text, f"{int(least)} to {highest}"), name


def test_choices_have_their_defaults_and_values() -> None:
    rows = documented()
    choices = re.findall(r'env_choice\("([A-Z_]+)", "(\w+)", \(([^)]+)\)\)', SETTINGS)
    assert len(choices) == SETTINGS.count("env_choice(")
    for name, default, values in choices:
        words = ", ".join(f"`{value}`" for value in re.findall(r'"(\w+)"', values))
        assert rows[name] == (f"`{default}`", words), name
