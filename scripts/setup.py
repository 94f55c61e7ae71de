"""Install what the project needs. Runs with any Python from 3.11 on, before anything is installed.

Every step keeps a stamp of what it was made from and is skipped while that has not changed.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".stamps"
FRONTEND = ROOT / "frontend"
CONTRACTS = ROOT / "staking" / "contracts"
NATIVE = ROOT / "workers" / "native"
LOCK = ROOT / "requirements.lock"
UV = "uv>=0.5,<1"
NODE_MIN = (20, 19)  # what Vite asks for


class SetupError(Exception):
    """What is missing, in one sentence."""


def main(argv: list[str]) -> int:
    """Do every step that is due (with the argument `python`: only its own); the exit code."""
    os.chdir(ROOT)
    with open(__file__, "rb") as itself:
        wait_for_turn(itself.fileno())
        try:
            if argv != ["python"]:
                check_node()
            make_venv()
            install_python_packages()
            if argv != ["python"]:
                install_node_packages()
                build_frontend()
        except SetupError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


def wait_for_turn(fd: int) -> None:
    """One set-up at a time: `make run` and `make test` may be started together."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another set-up is running; waiting for it.")
        fcntl.flock(fd, fcntl.LOCK_EX)


def check_node() -> None:
    """Node and npm, new enough."""
    wanted = ".".join(map(str, NODE_MIN))
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise SetupError(f"ashao needs Node {wanted} or newer with npm; {program} was not found.")
    version = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    numbers = re.match(r"v(\d+)\.(\d+)", version)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < NODE_MIN:
        raise SetupError(f"ashao needs Node {wanted} or newer; this one is {version or 'broken'}.")


def make_venv() -> None:
    """The virtual environment, made anew when its Python has gone, and uv in it."""
    if not works(PYTHON, "import sys; sys.exit(sys.version_info < (3, 11))"):
        quietly("Making .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)])
    if not (VENV / "bin" / "uv").exists():
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        quietly("Installing uv", [*pip, UV])


def install_python_packages() -> None:
    """Exactly what the lock says, then the project's own worker program."""
    native = NATIVE / "pyproject.toml"
    inputs = [LOCK, native] if native.exists() else [LOCK]

    def install() -> None:
        uv = [str(VENV / "bin" / "uv"), "pip"]
        target = ["--python", str(PYTHON), "--quiet"]
        sync = [*uv, "sync", "--require-hashes", *target, str(LOCK)]
        quietly("Installing Python packages", sync)
        if native.exists():
            # After the sync, which removes whatever the lock does not name.
            quietly("Installing ashao-worker", [*uv, "install", "--no-deps", *target, "-e", str(NATIVE)])

    unless_stamped("python", digest(inputs, sys.version), install)


def install_node_packages() -> None:
    """Exactly what the npm locks say; no package's own scripts run."""
    install_npm("node", "Installing npm packages", FRONTEND)
    install_npm("contracts", "Installing the dev chain and the compiler", CONTRACTS)


def install_npm(name: str, label: str, folder: Path) -> None:
    """The packages of one folder, when its lock or what was installed has changed."""
    key = digest([folder / "package.json", folder / "package-lock.json"])
    forget_unless(name, folder / "node_modules")
    command = ["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"]
    unless_stamped(name, key, lambda: quietly(label, command, cwd=folder))


def build_frontend() -> None:
    """The pages' scripts and styles, into frontend/dist."""
    skipped = {"node_modules", "dist", "tools"}
    folders = (path for path in sorted(FRONTEND.iterdir()) if path.name not in skipped)
    inputs = (file for path in folders for file in ([path] if path.is_file() else sorted(path.rglob("*"))))
    key = digest(file for file in inputs if file.is_file() and file.suffix != ".tsbuildinfo")
    forget_unless("frontend", FRONTEND / "dist")
    command = ["npm", "run", "build"]
    unless_stamped("frontend", key, lambda: quietly("Building the frontend", command, cwd=FRONTEND))


def unless_stamped(name: str, key: str, step: Callable[[], None]) -> None:
    """Do the step, unless it was last done for the same key."""
    path = STAMPS / name
    if path.exists() and path.read_text() == key:
        return
    path.unlink(missing_ok=True)
    step()
    STAMPS.mkdir(exist_ok=True)
    path.write_text(key)


def forget_unless(name: str, made: Path) -> None:
    """Forget a step whose result was removed."""
    if not made.is_dir() or not any(made.iterdir()):
        (STAMPS / name).unlink(missing_ok=True)


def digest(files: Iterable[Path], *more: str) -> str:
    """A hash of names and contents."""
    total = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.relative_to(ROOT)}={content}\n".encode())
    total.update("\n".join(more).encode())
    return total.hexdigest()


def works(python: Path, code: str) -> bool:
    """Whether this Python runs the code."""
    try:
        return subprocess.run([str(python), "-c", code], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def quietly(label: str, command: Sequence[str], *, cwd: Path = ROOT) -> None:
    """Run with one line of our own; everything it wrote is shown only when it fails."""
    say(f"{label} …")
    begun = time.monotonic()
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
        if done.returncode != 0:
            output.seek(0)
            sys.stderr.write(output.read().decode(errors="replace"))
            raise SetupError(f"{label} failed (exit code {done.returncode}); what it said is above.")
    say(f"{label}: done in {time.monotonic() - begun:.0f} s.")


def environment() -> dict[str, str]:
    """Our environment, with caches inside .venv for a user who has no home to write to."""
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    if not os.access(Path.home(), os.W_OK):
        env.setdefault("UV_CACHE_DIR", str(VENV / ".cache" / "uv"))
        env.setdefault("PIP_CACHE_DIR", str(VENV / ".cache" / "pip"))
        env.setdefault("npm_config_cache", str(VENV / ".cache" / "npm"))
    return env


def say(text: str) -> None:
    """One line for the person who waits."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
