"""What can stop a start, each told in one sentence."""

from collections.abc import Iterable


class StartError(Exception):
    """The stack cannot start as asked. The text is one sentence for the person at the terminal."""

    exit_code = 2


class StackFailedError(StartError):
    """Something that was started did not hold."""

    exit_code = 1

    def __init__(self, sentence: str, output: Iterable[str] = ()) -> None:
        super().__init__(sentence)
        self.output = "\n".join(output)


class StopRequestedError(Exception):
    """A signal asked for the end while something was being waited for."""
