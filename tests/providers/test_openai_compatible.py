from typing import Any

import pytest

from workers.providers.base import Completion, Fault, InferenceProvider
from workers.providers.config import ProviderSettings
from workers.providers.cool_down import CoolDown
from workers.providers.openai_compatible import OpenAICompatibleProvider

from .cloud_cases import CloudCases
from .cloud_dialect import KEY, SECRET
from .fake_cloud import FakeCloud, Reply, Request, openai_event, openai_usage


class TestOpenAICompatible(CloudCases):
    def provider(
        self, cloud: FakeCloud, cool_down: CoolDown | None = None, key: str = KEY, **changes: Any
    ) -> InferenceProvider:
        settings = ProviderSettings(
            openai_api_key=key,
            openai_base_url=f"{cloud.url}/v1",
            openai_model="small",
            first_token_timeout_s=self.limit_s,
            stall_timeout_s=self.limit_s,
            **changes,
        )
        return OpenAICompatibleProvider(settings, cool_down=cool_down)

    def text(self, reply: Reply, text: str) -> None:
        reply.event(openai_event(text))

    def keep_alive(self, reply: Reply) -> None:
        reply.raw(b": still here\n\n")

    def finish(self, reply: Reply, *, length: bool = False, tokens: int | None = None) -> None:
        reply.event(openai_event(finish="length" if length else "stop"))
        if tokens is not None:
            reply.event(openai_usage(tokens))
        reply.event("[DONE]")

    def turns(self, request: Request) -> list[tuple[str, str]]:
        return [(m["role"], m["content"]) for m in request.body["messages"] if m["role"] != "system"]

    def test_what_goes_over_the_wire(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer("Roses")
        self.collect(self.provider(cloud, max_output_tokens=99))
        request = cloud.requests[0]
        assert request.path == "/v1/chat/completions"
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert request.body == {
            "model": "small",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": f"Say {SECRET}."},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": 99,
        }

    def test_a_server_without_keys_is_served(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer("Roses")
        assert self.collect(self.provider(cloud, key=""))[0] == "Roses"

    def test_thinking_that_is_not_content_is_not_the_answer(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            thought = openai_event("")
            thought["choices"][0]["delta"] = {"reasoning_content": "hm", "content": None}
            reply.event(thought)
            self.text(reply, "Roses")
            self.finish(reply, tokens=2)
            reply.end()

        cloud.script = script
        assert self.collect(self.provider(cloud)) == ("Roses", Completion(2, "stop"))

    def test_a_filtered_answer_is_an_error_that_does_not_rest_the_provider(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            reply.event(openai_event(finish="content_filter"))
            reply.event("[DONE]")
            reply.end()

        cloud.script = script
        provider = self.provider(cloud)
        assert self.failure(provider).fault is Fault.BLOCKED
        assert provider.available()

    def test_an_error_inside_the_stream_is_transient(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            self.text(reply, "Roses")
            reply.event({"error": {"message": SECRET, "type": "server_error"}})
            reply.end()

        cloud.script = script
        assert self.failure(self.provider(cloud)).fault is Fault.BUSY

    @pytest.mark.parametrize(
        ("status", "code", "fault"),
        [(402, None, Fault.KEY), (429, "insufficient_quota", Fault.QUOTA)],
        ids=["payment required", "quota used up"],
    )
    def test_an_account_without_money_rests_the_provider_long(
        self, cloud: FakeCloud, status: int, code: str | None, fault: Fault
    ) -> None:
        now = [0.0]
        cloud.script = lambda reply, _request: reply.error(status, {"error": {"message": "", "code": code}})
        provider = self.provider(cloud, CoolDown(lambda: now[0]))
        assert self.failure(provider).fault is fault
        now[0] = 599.0
        assert not provider.available()
