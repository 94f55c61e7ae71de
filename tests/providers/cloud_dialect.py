"""A protocol as a test speaks it, on both sides."""

from abc import ABC, abstractmethod
from typing import Any

import pytest

from workers.providers.base import Completion, InferenceProvider, Message, ProviderError
from workers.providers.cool_down import CoolDown

from .fake_cloud import FakeCloud, Reply, Request

SECRET = "violets and 4711"
KEY = "key-of-alice"
ASK = [Message(role="system", content="Be brief."), Message(role="user", content=f"Say {SECRET}.")]
LIMIT_S = 0.4  # the providers' time limits where a test waits for one
AMPLE_S = 60.0  # where it does not
SLACK_S = 60.0


class CloudDialect(ABC):
    """What each provider's test class says of its protocol."""

    limit_s = AMPLE_S

    @abstractmethod
    def provider(self, cloud: FakeCloud, cool_down: CoolDown | None = None) -> InferenceProvider: ...

    @abstractmethod
    def text(self, reply: Reply, text: str) -> None:
        """One piece of text."""

    @abstractmethod
    def keep_alive(self, reply: Reply) -> None:
        """Something that is not text."""

    @abstractmethod
    def finish(self, reply: Reply, *, length: bool = False, tokens: int | None = None) -> None: ...

    @abstractmethod
    def turns(self, request: Request) -> list[tuple[str, str]]:
        """The request's turns without system messages, as (assistant or user, text)."""

    def answer(self, *texts: str, tokens: int | None = 3, length: bool = False) -> Any:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            for text in texts:
                self.text(reply, text)
            self.finish(reply, tokens=tokens, length=length)
            reply.end()

        return script

    def collect(
        self, provider: InferenceProvider, prefix: str = "", thoughts: list[str] | None = None
    ) -> tuple[str, Completion]:
        pieces: list[str] = []
        completion = provider.stream(
            ASK, prefix, pieces.append, ([] if thoughts is None else thoughts).append
        )
        return "".join(pieces), completion

    def failure(self, provider: InferenceProvider, prefix: str = "") -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            provider.stream(ASK, prefix, lambda _text: None)
        assert SECRET not in str(caught.value)
        assert KEY not in str(caught.value)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        return caught.value
