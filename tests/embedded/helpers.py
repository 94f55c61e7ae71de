"""What the tests of the embedded stack share."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ashao_site.embedded.config import CHAIN_VARIABLES

ROOT = Path(__file__).resolve().parent.parent.parent
SERVERS = ("postgres", "valkey")
EMBEDDED = (sys.executable, "-m", "ashao_site.embedded")
OURS = (
    *("DATABASE_URL", "REDIS_URL", "ASHAO_HOME", "SECRET_KEY", "ASHAO_ENV", "PORT", "ASGI_SERVER"),
    *CHAIN_VARIABLES,
)


def plain_env(**more: str) -> dict[str, str]:
    """Our environment without what `make test` itself was given."""
    return {**{name: value for name, value in os.environ.items() if name not in OURS}, **more}


def embedded(*args: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        (*EMBEDDED, *args), cwd=ROOT, env=env, capture_output=True, text=True, timeout=180, check=False
    )


def processes_in(home: Path) -> list[str]:
    """Everything that runs for a home, however it calls itself: by folder, arguments or environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (entry / "environ").read_bytes().decode(errors="replace").split("\0")
            folder = os.readlink(entry / "cwd")
        except OSError:
            continue
        if str(home) in arguments or f"ASHAO_HOME={home}" in environment or folder.startswith(str(home)):
            found.append(f"{entry.name} {arguments}")
    return found


def wait_for(check: Callable[[], bool], timeout_s: float = 180.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
