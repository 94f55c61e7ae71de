"""Find a Chromium for the browser tests, or install the system's; print its path."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "chromium"
WAIT_FOR_DPKG = "DPkg::Lock::Timeout=300"


def main() -> int:
    """Print the path on stdout; everything else goes to stderr."""
    path = find() or (install() and find())
    if not path:
        sys.stderr.write(
            "ashao: The browser tests need Chromium; install it, or name one with CHROMIUM=/path/to/it.\n"
        )
        return 1
    sys.stdout.write(path + "\n")
    return 0


def find() -> str | None:
    """A Chromium that answers: the one CHROMIUM names, else the first on the PATH."""
    named = os.environ.get("CHROMIUM")
    names = (named,) if named else NAMES
    return next((path for name in names if (path := shutil.which(name)) and answers(path)), None)


def answers(path: str) -> bool:
    """Whether it is a browser: some systems have a stub of that name, which only advises an install."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def install() -> bool:
    """Install the distribution's package, when we may."""
    if os.environ.get("CHROMIUM") or shutil.which("apt-get") is None:
        return False
    become_root: list[str] = []
    if os.geteuid() != 0:
        become_root = ["sudo", "-n"]
        if shutil.which("sudo") is None or not succeeds([*become_root, "true"]):
            return False
    sys.stderr.write("Installing Chromium for the browser tests …\n")
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", WAIT_FOR_DPKG]
    succeeds([*apt, "update"])  # even where it fails, the lists that are there may do
    return succeeds([*apt, "install", "-y", "--no-install-recommends", PACKAGE])


def succeeds(command: list[str]) -> bool:
    """Run it; show what it wrote only when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
