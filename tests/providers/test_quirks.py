"""Every row of what model servers really send, read by the cloud's provider over HTTP."""

from collections.abc import Iterator

import pytest

from tests.native.quirks import QUIRKS, UNMARKED, Quirk, QuirkServer
from workers.providers.base import Message, ProviderError
from workers.providers.config import ProviderSettings
from workers.providers.openai_compatible import OpenAICompatibleProvider

ASK = [Message(role="user", content="Tell me.")]


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as running:
        yield running


@pytest.mark.parametrize("quirk", [*QUIRKS, *UNMARKED], ids=str)
def test_the_provider_reads_what_servers_send(server: QuirkServer, quirk: Quirk) -> None:
    server.quirk = quirk
    provider = OpenAICompatibleProvider(
        ProviderSettings(
            openai_base_url=server.url, openai_model="m", openai_thinks_unmarked=quirk in UNMARKED
        )
    )
    text: list[str] = []
    thoughts: list[str] = []
    if quirk.outcome == "handed on":
        with pytest.raises(ProviderError):
            provider.stream(ASK, "", text.append, thoughts.append)
    else:
        assert provider.stream(ASK, "", text.append, thoughts.append).finish == quirk.outcome
    assert ("".join(text), "".join(thoughts)) == (quirk.text, quirk.thoughts)
