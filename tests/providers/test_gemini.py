from typing import Any

import pytest

from workers.providers.base import Completion, Fault, InferenceProvider, Message, ProviderError
from workers.providers.config import ProviderSettings
from workers.providers.cool_down import CoolDown
from workers.providers.gemini import GeminiProvider

from .cloud_cases import CloudCases
from .cloud_dialect import ASK, KEY, SECRET
from .fake_cloud import FakeCloud, Reply, Request, gemini_error, gemini_event

RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37.5s"}
BAD_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}


class TestGemini(CloudCases):
    def provider(
        self, cloud: FakeCloud, cool_down: CoolDown | None = None, **changes: Any
    ) -> InferenceProvider:
        settings = ProviderSettings(
            gemini_api_key=KEY,
            gemini_base_url=cloud.url,
            first_token_timeout_s=self.limit_s,
            stall_timeout_s=self.limit_s,
            **changes,
        )
        return GeminiProvider(settings, cool_down=cool_down)

    def text(self, reply: Reply, text: str) -> None:
        reply.event(gemini_event(text))

    def keep_alive(self, reply: Reply) -> None:
        reply.event(gemini_event(""))

    def finish(self, reply: Reply, *, length: bool = False, tokens: int | None = None) -> None:
        reply.event(gemini_event(finish="MAX_TOKENS" if length else "STOP", tokens=tokens))

    def turns(self, request: Request) -> list[tuple[str, str]]:
        return [
            ("assistant" if content["role"] == "model" else content["role"], content["parts"][0]["text"])
            for content in request.body["contents"]
        ]

    def test_what_goes_over_the_wire(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer("Roses")
        self.collect(self.provider(cloud, max_output_tokens=99))
        request = cloud.requests[0]
        assert request.path == "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
        assert request.headers["x-goog-api-key"] == KEY
        assert request.headers["x-server-timeout"] == "300"  # not the time to the first token
        assert request.body["systemInstruction"]["parts"] == [{"text": "Be brief."}]
        config = request.body["generationConfig"]
        assert config["maxOutputTokens"] == 99
        assert list(config["thinkingConfig"].values()) == [0]  # the API takes either spelling of the name

    def test_a_model_that_must_think_is_left_to_it(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer("Roses")
        self.collect(self.provider(cloud, gemini_model="gemini-2.5-pro"))
        assert "thinkingConfig" not in cloud.requests[0].body["generationConfig"]

    def test_thoughts_are_not_the_answer(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            reply.event({"candidates": [{"content": {"parts": [{"text": "hm", "thought": True}]}}]})
            reply.event(gemini_event("Roses", "STOP", tokens=1))
            reply.end()

        cloud.script = script
        thoughts: list[str] = []
        assert self.collect(self.provider(cloud), thoughts=thoughts) == ("Roses", Completion(1, "stop"))
        assert thoughts == ["hm"]

    def test_thoughts_alone_are_no_answer(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            reply.event({"candidates": [{"content": {"parts": [{"text": "hm", "thought": True}]}}]})
            self.finish(reply, tokens=1)
            reply.end()

        cloud.script = script
        assert self.failure(self.provider(cloud)).fault is Fault.BUSY

    @pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "PROHIBITED_CONTENT"])
    def test_a_withheld_answer_is_an_error_that_does_not_rest_the_provider(
        self, cloud: FakeCloud, reason: str
    ) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            reply.event(gemini_event(finish=reason))
            reply.end()

        cloud.script = script
        provider = self.provider(cloud)
        error = self.failure(provider)
        assert (error.fault, error.permanent) == (Fault.BLOCKED, False)
        assert provider.available()

    def test_a_blocked_prompt_is_an_error(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            reply.event({"promptFeedback": {"blockReason": "SAFETY"}})
            reply.end()

        cloud.script = script
        assert self.failure(self.provider(cloud)).fault is Fault.BLOCKED

    @pytest.mark.parametrize(
        ("reason", "fault"),
        [
            ("SAFETY", Fault.BLOCKED),
            ("RECITATION", Fault.BLOCKED),
            ("BLOCKLIST", Fault.BLOCKED),
            ("OTHER", Fault.BUSY),
            ("MALFORMED_FUNCTION_CALL", Fault.BUSY),
            ("NOBODY_HAS_HEARD_OF_IT", Fault.BLOCKED),
        ],
    )
    def test_an_answer_cut_in_the_middle_is_for_the_next_to_go_on_with(
        self, cloud: FakeCloud, reason: str, fault: Fault
    ) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            self.text(reply, "Roses")
            reply.event(gemini_event(finish=reason, tokens=1))
            reply.end()

        cloud.script = script
        pieces: list[str] = []
        with pytest.raises(ProviderError) as caught:
            self.provider(cloud).stream(ASK, "", pieces.append)
        assert (pieces, caught.value.fault) == (["Roses"], fault)

    def test_a_budget_spent_before_the_first_word_is_an_error(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer(length=True)
        assert self.failure(self.provider(cloud)).fault is Fault.BUSY

    def test_retry_info_sets_the_cool_down(self, cloud: FakeCloud) -> None:
        now = [0.0]
        cloud.script = lambda reply, _request: reply.error(
            429, gemini_error(429, "RESOURCE_EXHAUSTED", RETRY_INFO, message=SECRET)
        )
        provider = self.provider(cloud, CoolDown(lambda: now[0]))
        error = self.failure(provider)
        assert (error.fault, error.retry_after_s) == (Fault.QUOTA, 37.5)
        now[0] = 37.4
        assert not provider.available()
        now[0] = 37.5
        assert provider.available()

    def test_an_error_inside_the_stream_is_understood(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            self.text(reply, "Roses")
            reply.event(gemini_error(429, "RESOURCE_EXHAUSTED", RETRY_INFO))
            reply.end()

        cloud.script = script
        error = self.failure(self.provider(cloud))
        assert (error.fault, error.retry_after_s) == (Fault.QUOTA, 37.5)

    @pytest.mark.parametrize(
        "body",
        [gemini_error(400, "INVALID_ARGUMENT", BAD_KEY), gemini_error(400, "FAILED_PRECONDITION")],
        ids=["bad key", "country not served"],
    )
    def test_a_400_that_refuses_everything_rests_the_provider(self, cloud: FakeCloud, body: Any) -> None:
        cloud.script = lambda reply, _request: reply.error(400, body)
        provider = self.provider(cloud)
        assert self.failure(provider).fault is Fault.KEY
        assert not provider.available()

    def test_a_conversation_without_a_message_is_refused_here(self, cloud: FakeCloud) -> None:
        with pytest.raises(Exception, match="no message") as caught:
            self.provider(cloud).stream([ASK[0], Message(role="user", content="")], "", print)
        assert getattr(caught.value, "fault", None) is Fault.REQUEST
        assert not cloud.requests
