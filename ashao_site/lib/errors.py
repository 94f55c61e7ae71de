"""The one family of errors that people and workers see, each with a stable code and an HTTP status."""

from typing import ClassVar


class AppError(Exception):
    """An expected failure, said in one sentence. `code` is stable: clients are written against it."""

    default_code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, message: str, *, code: str | None = None, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.retry_after_s = retry_after_s

    def body(self) -> dict[str, str | int]:
        """The JSON body that an API answers with."""
        return {"error": self.message, "code": self.code}


class BadInput(AppError):
    """The request cannot be understood: it will fail again unless it is changed."""

    default_code, status = "bad_input", 400


class NotSignedIn(AppError):
    """Nobody is signed in, or the token is not known."""

    default_code, status = "not_signed_in", 401


class InsufficientCredits(AppError):
    """The account cannot pay for this."""

    default_code, status = "insufficient_credits", 402


class Forbidden(AppError):
    """Signed in, and still not allowed."""

    default_code, status = "forbidden", 403


class NotFound(AppError):
    """It does not exist, or it is somebody else's: the two are not told apart."""

    default_code, status = "not_found", 404


class MethodNotAllowed(AppError):
    """The path is there, but not for this method."""

    default_code, status = "method_not_allowed", 405


class Conflict(AppError):
    """The state of the thing does not allow this now."""

    default_code, status = "conflict", 409


class TooLarge(AppError):
    """The body is over its named limit."""

    default_code, status = "too_large", 413


class RateLimited(AppError):
    """Too many requests; `retry_after_s` says when to come again."""

    default_code, status = "rate_limited", 429


class Unavailable(AppError):
    """A part that is needed is away for the moment: trying again later is right."""

    default_code, status = "unavailable", 503

    def __init__(self, message: str, *, code: str | None = None, retry_after_s: int | None = 1) -> None:
        super().__init__(message, code=code, retry_after_s=retry_after_s)
