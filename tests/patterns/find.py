"""Every regular expression that Python runs, found in the syntax tree of the source: a new one cannot be overlooked.

Others run `pattern=` of pydantic (an engine that cannot backtrack) and `__regex` of the models (PostgreSQL, for what
was checked before).
"""

import ast
import importlib
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("ashao_site", "ledger", "staking", "workers", "chat", "scripts")
NATIVE = ROOT / "workers" / "native"
METHODS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}


@dataclass(frozen=True)
class Pattern:
    """One that Python runs. `name` is its variable's, or empty; `text` is what is written, if it stands there."""

    place: str
    name: str
    node: ast.expr

    @property
    def key(self) -> str:
        """How the table names it."""
        return f"{self.place}::{self.name or ast.unparse(self.node)}"


def files() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted(
            path
            for path in (ROOT / package).rglob("*.py")
            if not {"node_modules", "migrations"} & set(path.parts)
        )


def patterns() -> list[Pattern]:
    """All that `re` is given, and what validators give it, in the order of the files."""
    return [one for path in files() for one in _of_file(path)]


def _of_file(path: Path) -> Iterator[Pattern]:
    place = path.relative_to(ROOT).as_posix()
    tree = ast.parse(path.read_text())
    names = {
        id(node.value): node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_pattern(node.func) and node.args:
            yield Pattern(place, names.get(id(node), ""), node.args[0])


def _is_pattern(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return called.value.id == "re" and called.attr in METHODS
    return isinstance(called, ast.Name) and called.id in {"RegexValidator", "RegexField"}


def compiled(pattern: Pattern) -> list[re.Pattern[Any]]:
    """The pattern as it runs: a variable's value, or what is written in the call. All of them for a variable's."""
    if pattern.key in MADE_IN_A_LOOP:
        return MADE_IN_A_LOOP[pattern.key]()
    if pattern.name:
        found = getattr(_module(pattern.place), pattern.name)
        assert isinstance(found, re.Pattern), pattern.key
        return [found]
    if isinstance(pattern.node, ast.Constant):
        return [re.compile(ast.literal_eval(pattern.node))]
    return [
        re.compile(eval(ast.unparse(pattern.node), vars(_module(pattern.place))))
    ]  # put together of named parts


def _module(place: str) -> Any:
    path = ROOT / place
    inside = path.is_relative_to(NATIVE)
    if inside and str(NATIVE) not in sys.path:
        sys.path.insert(0, str(NATIVE))
    name = path.relative_to(NATIVE if inside else ROOT).with_suffix("").as_posix().replace("/", ".")
    return importlib.import_module(name)


MADE_IN_A_LOOP: dict[str, Callable[[], list[re.Pattern[Any]]]] = {
    "workers/providers/simulated_topics.py::pattern": lambda: [
        topic.pattern for topic in _module("workers/providers/simulated_topics.py").TOPICS
    ],
}
"""Patterns whose text is not written where they are compiled, and how to get them all."""
