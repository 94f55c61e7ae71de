"""Where the lines of the children go: the terminal, and one bounded file for each."""

import os
import re
import sys
from pathlib import Path
from typing import BinaryIO

LOG_MAX_BYTES = 5 * 1024 * 1024
LINE_MAX_BYTES = 64 * 1024
NAME_WIDTH = 10
COLOURS = {"web": 36, "fallback": 33, "settlement": 35, "beat": 34, "postgres": 32, "valkey": 31, "anvil": 94}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Console:
    """Prints lines for a person. A terminal that went away is forgotten, never an error."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def say(self, text: str) -> None:
        """A sentence of our own."""
        self._print(f"{'ashao':<{NAME_WIDTH}} | {text}")

    def line(self, name: str, text: str) -> None:
        """A line that a child wrote."""
        prefix = f"{name:<{NAME_WIDTH}} |"
        if self._colour:
            prefix = f"\x1b[{COLOURS.get(name, 37)}m{prefix}\x1b[0m"
        else:
            text = CONTROL.sub("", text)
        self._print(f"{prefix} {text}")

    def block(self, text: str) -> None:
        """Text that stands as it is."""
        self._print(text)

    def _print(self, text: str) -> None:
        if self.quiet:
            return
        try:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
        except (OSError, ValueError):
            self.quiet = True


class LogFile:
    """One child's lines. When the file is full it becomes `<name>.log.1` and a new one begins."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.log"
        self._file: BinaryIO | None = None
        self._size = 0

    def write(self, line: bytes) -> None:
        """Append one line. A full disk must not take the stack down."""
        try:
            if self._file is None or self._size + len(line) >= LOG_MAX_BYTES:
                self._open()
            if self._file is not None:
                self._size += self._file.write(line + b"\n")
        except OSError:
            self.close()

    def _open(self) -> None:
        self.close()
        if self.path.exists() and self.path.stat().st_size + LINE_MAX_BYTES >= LOG_MAX_BYTES:
            self.path.replace(self.path.with_name(self.path.name + ".1"))
        fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(fd, "ab", buffering=0)
        self._size = os.fstat(fd).st_size

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
