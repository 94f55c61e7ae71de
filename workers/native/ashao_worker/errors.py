"""What can go wrong, by what the program does about it."""

from enum import StrEnum


class WorkerError(Exception):
    """Base of the family. The message is a sentence fit to be shown: never prompt or answer text."""


class Fatal(WorkerError):
    """The program cannot go on. `exit_code` is 2 for bad input, 1 for everything else."""

    def __init__(self, message: str, *, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class BadInput(Fatal):
    """Something the person who started the program has to change."""

    def __init__(self, message: str) -> None:
        super().__init__(message, exit_code=2)


class Revoked(WorkerError):
    """401: the network no longer knows our token."""


class Away(WorkerError):
    """The network cannot be reached, is busy or broken: the same call may be repeated later."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class OddAnswer(Away):
    """What answered does not speak as an ashao network does. Wrong address at start, a proxy later on."""


class Refused(WorkerError):
    """The network understood the call and said no."""

    def __init__(self, message: str, *, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class LeaseLost(WorkerError):
    """The job is no longer ours: stop at once and send nothing more for it."""


class OutOfOrder(WorkerError):
    """The network expects another chunk than the one it got."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"The network expects chunk {expected}.")
        self.expected = expected


class Cause(StrEnum):
    """What a failure of the model server says about the next job."""

    SERVER = "server"  # it is away or broken: no other job would do better
    LOADING = "loading"  # it will answer in a while
    CONVERSATION = "conversation"  # this conversation is not for it; others are
    FILTERED = "filtered"  # its filters want nothing of this conversation
    UNSURE = "unsure"  # it may be either: it is asked before the next job is claimed


class UpstreamError(WorkerError):
    """The model server failed. The message is short and is told to the network as the reason."""

    def __init__(self, message: str, *, cause: Cause = Cause.SERVER) -> None:
        super().__init__(message)
        self.cause = cause
