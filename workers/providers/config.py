"""The settings of the providers, filled once from the environment by the settings file. Pure."""

from dataclasses import dataclass, field, replace
from typing import Literal, get_args
from urllib.parse import urlsplit

Simulated = Literal["auto", "on", "off"]
Cloud = Literal["provider", "simulated", "none"]
"""What answers where no machine does: a provider's model, prepared text, or nothing."""

GEMINI_MODEL = "gemini-2.5-flash"


@dataclass(frozen=True)
class ProviderSettings:
    """Which providers there are and how long they may take. A wrong value raises ValueError in one sentence.

    Gemini is configured by its key; an OpenAI-compatible server by its URL (its key may be empty: a server
    of one's own often wants none). `simulated` "auto" answers only where no other provider is configured; what
    it answers is free.
    """

    gemini_api_key: str = field(default="", repr=False)
    gemini_model: str = GEMINI_MODEL
    gemini_base_url: str = ""  # empty: the SDK's own
    openai_base_url: str = ""
    openai_api_key: str = field(default="", repr=False)
    openai_model: str = ""
    openai_thinks_unmarked: bool = False
    """What it writes starts within a thought: its template has opened it, and only `</think>` comes."""
    simulated: Simulated = "auto"
    simulated_tokens_per_second: float = 40.0  # 0: no waiting
    first_token_timeout_s: float = 20.0
    stall_timeout_s: float = 15.0
    max_output_tokens: int = 2048

    @property
    def has_provider(self) -> bool:
        """Whether a model answers where no machine does."""
        return bool(self.gemini_api_key or self.openai_base_url)

    @property
    def simulates(self) -> bool:
        """Whether prepared text answers where nobody else does."""
        return self.simulated == "on" or (self.simulated == "auto" and not self.has_provider)

    @property
    def cloud(self) -> Cloud:
        """What people are told of it before they send."""
        if self.has_provider:
            return "provider"
        return "simulated" if self.simulates else "none"

    def in_production(self) -> "ProviderSettings":
        """The same for a network that is none to try: prepared text only where it was asked for by name.

        Raises ValueError where it would stand in for a model that fails.
        """
        if self.simulated == "on" and self.has_provider:
            raise ValueError(
                "In production the simulated provider never stands in for another: turn it off, or configure no other."
            )
        return replace(self, simulated="off") if self.simulated == "auto" else self

    def __post_init__(self) -> None:
        if self.simulated not in get_args(Simulated):
            raise ValueError(f"The simulated provider must be auto, on or off, not {self.simulated!r}.")
        if self.gemini_api_key and not self.gemini_model:
            raise ValueError("Gemini needs the name of a model.")
        if self.openai_base_url and not self.openai_model:
            raise ValueError("The OpenAI-compatible provider has a URL but no model.")
        for name in ("gemini_base_url", "openai_base_url"):
            _check_url(name, getattr(self, name))
        for name in ("first_token_timeout_s", "stall_timeout_s", "max_output_tokens"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be more than 0.")
        if self.simulated_tokens_per_second < 0:
            raise ValueError("simulated_tokens_per_second must not be negative.")


def _check_url(name: str, url: str) -> None:
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ValueError(f"{name} must be an http or https URL.")
