"""The measure of the house: circles among files and packages, arrows up, and how large the rooms are.

Prints one line, and a line for each fault; exits with 1 where there is one. Part of `make check`. The rules of who may
import whom are import-linter's; this counts what they leave, so that it can be compared with a day before.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES_MAX = 350
FILE_LINES_MIN = 40
FUNCTION_LINES_MAX = 50
NAMED_BY_OTHERS = frozenset(
    {
        "__init__",
        "__main__",
        "admin",
        "apps",
        "asgi",
        "beat",
        "celery",
        "manage",
        "models",
        "personal",
        "routing",
        "tasks",
        "urls",
    }
)
"""Files that Django, Celery, Python or the account's room look for by their names may be short."""
FOLDERS_NAMED_BY_OTHERS = ("migrations", "management", "templatetags")


def main() -> int:
    """Measure, tell, and judge."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    packages: Sequence[str] = linter["root_packages"]
    sys.path.insert(0, str(ROOT))
    graph = grimp.build_graph(*packages, cache_dir=None)
    files = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    files = [path for path in files if not {"node_modules", "migrations"} & set(path.parts)]
    in_circles = list(_in_circles(graph))
    package_circles = list(_package_circles(graph, packages))
    arrows_up = list(_arrows_up(graph, linter["contracts"][0]["layers"]))
    others = [
        path for folder in ("tests", "bench", "scripts") for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    faults = [
        *(f"{module} is in a circle of files" for module in in_circles),
        *package_circles,
        *arrows_up,
        *(fault for path in files for fault in _wrong_size(path)),
        *(
            f"{path.relative_to(ROOT)} has {_lines(path)} lines"
            for path in others
            if _lines(path) > FILE_LINES_MAX
        ),
    ]
    lines = sum(_lines(path) for path in files)
    sys.stdout.write(
        f"{len(files)} files, {lines:,} lines, {graph.count_imports():,} imports; {len(in_circles)} files in circles,"
        f" {len(package_circles)} circles of packages, {len(arrows_up)} arrows up\n"
    )
    sys.stdout.writelines(f"  {fault}\n" for fault in faults)
    return 1 if faults else 0


def _in_circles(graph: grimp.ImportGraph) -> Iterator[str]:
    for module in sorted(graph.modules):
        users = graph.find_downstream_modules(module)
        if users & graph.find_modules_directly_imported_by(module):
            yield module


def _package_circles(graph: grimp.ImportGraph, packages: Sequence[str]) -> Iterator[str]:
    """One for each package whose own parts import each other in a circle."""
    parents = {module.rpartition(".")[0] for module in graph.modules} - {""}
    for parent in sorted(parents | set(packages)):
        if breakers := graph.nominate_cycle_breakers(parent):
            examples = ", ".join(f"{importer} → {imported}" for importer, imported in sorted(breakers)[:3])
            yield f"{parent} has a circle among its parts: {examples}"


def _arrows_up(graph: grimp.ImportGraph, layers: Sequence[str]) -> Iterator[str]:
    """Imports of a layer that is above one's own."""
    level = {name: number for number, layer in enumerate(layers) for name in layer.split(" | ")}

    def level_of(module: str) -> int | None:
        return next((level[name] for name in level if module == name or module.startswith(f"{name}.")), None)

    for importer in sorted(graph.modules):
        below = level_of(importer)
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            above = level_of(imported)
            if below is not None and above is not None and above < below:
                yield f"{importer} → {imported} goes up"


def _wrong_size(path: Path) -> Iterator[str]:
    name, lines = path.relative_to(ROOT), _lines(path)
    if lines > FILE_LINES_MAX:
        yield f"{name} has {lines} lines, and may have {FILE_LINES_MAX}"
    is_named = path.stem in NAMED_BY_OTHERS or set(FOLDERS_NAMED_BY_OTHERS) & set(path.parts)
    if lines < FILE_LINES_MIN and not is_named:
        yield f"{name} has {lines} lines: too short for a room, below {FILE_LINES_MIN}"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield f"{name}: {node.name} has {length} lines, and may have {FUNCTION_LINES_MAX}"


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


if __name__ == "__main__":
    sys.exit(main())
