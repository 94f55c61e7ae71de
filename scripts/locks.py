"""`locks.py check`: the lock files fit what they lock (no network needed). `locks.py write`: compile ours."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = ROOT / "pyproject.toml"
LOCK = ROOT / "requirements.lock"
NPM_FOLDERS = ("frontend", "staking/contracts")
HEADER = "# pyproject sha256:"
HOST = re.compile(r"https?://|^\s*--(?:extra-)?index-url|^\s*--find-links", re.MULTILINE)
NPM_TABLES = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "engines")
NPM_NEEDED = ("dependencies", "devDependencies", "optionalDependencies")
COMPILE = ("--universal", "--python-version", "3.11", "--all-extras", "--generate-hashes")
ANONYMOUS = ("--no-emit-index-url", "--no-emit-find-links", "--no-header")


def main(argv: list[str]) -> int:
    """Check or write; the exit code."""
    if argv == ["write"]:
        return write()
    problems = [*python_problems(), *(problem for name in NPM_FOLDERS for problem in npm_problems(name))]
    for problem in problems:
        sys.stderr.write(f"ashao: {problem}\n")
    return 1 if problems else 0


def write() -> int:
    """Compile the lock and put the mark of what it was compiled from on its first line."""
    uv = str(ROOT / ".venv" / "bin" / "uv")
    command = [uv, "pip", "compile", "--quiet", *COMPILE, *ANONYMOUS, "pyproject.toml", "-o", LOCK.name]
    status = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"}, check=False
    )
    if status.returncode == 0:
        body = "".join(line for line in LOCK.read_text().splitlines(True) if not line.startswith(HEADER))
        LOCK.write_text(f"{HEADER}{wanted()}\n{body}")
    return status.returncode


def wanted() -> str:
    """A hash of everything in pyproject.toml that the lock depends on."""
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    tables = {
        name: project.get(name) for name in ("requires-python", "dependencies", "optional-dependencies")
    }
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def python_problems() -> Iterator[str]:
    """What is wrong with requirements.lock."""
    text = LOCK.read_text()
    if text.split("\n", 1)[0] != f"{HEADER}{wanted()}":
        yield "requirements.lock was not written from this pyproject.toml; run `make lock`."
    if HOST.search(text):
        yield "requirements.lock names a host."


def npm_problems(folder: str) -> Iterator[str]:
    """What is wrong with the package-lock.json of a folder."""
    name = f"{folder}/package-lock.json"
    lock = json.loads((ROOT / name).read_text())
    package = json.loads((ROOT / folder / "package.json").read_text())
    locked: dict[str, dict[str, Any]] = lock["packages"]
    if any(locked[""].get(table, {}) != package.get(table, {}) for table in NPM_TABLES):
        yield f"{name} was not written from this package.json; run `npm install` there."
    for workspace in package.get("workspaces", []):
        part = json.loads((ROOT / folder / workspace / "package.json").read_text())
        if any(locked.get(workspace, {}).get(table, {}) != part.get(table, {}) for table in NPM_TABLES):
            yield f"{name} was not written from {workspace}/package.json; run `npm install` there."
    present = {path.rpartition("node_modules/")[2] for path in locked}
    needed = {needs for row in locked.values() for table in NPM_NEEDED for needs in row.get(table, {})}
    if missing := sorted(needed - present):
        yield f"{name} lacks {', '.join(missing)}; npm ci would refuse it."
    if any("resolved" in row and HOST.search(str(row["resolved"])) for row in locked.values()):
        yield f"{name} names a host; omit-lockfile-registry-resolved must be on."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
