"""Typed reading of environment variables; a wrong value is one sentence that names the variable."""

import os
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

Choice = TypeVar("Choice", bound=str)


def env_str(name: str, default: str) -> str:
    """The variable as text, without surrounding space; `default` where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def env_int(name: str, default: int, *, least: int, most: int) -> int:
    """The variable as a whole number in `least..most`."""
    raw = env_str(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from None
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} must be between {least} and {most}, not {value}.")
    return value


def env_choice(name: str, default: Choice, choices: tuple[Choice, ...]) -> Choice:
    """The variable as one of `choices`."""
    raw = env_str(name, default)
    for choice in choices:
        if raw == choice:
            return choice
    raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {raw!r}.")


def env_list(name: str, default: list[str]) -> list[str]:
    """The variable as a list, separated by commas."""
    raw = env_str(name, "")
    return [part.strip() for part in raw.split(",") if part.strip()] if raw else default
