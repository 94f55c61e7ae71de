"""What must hold for every real provider, whatever protocol it speaks; each protocol gives its dialect."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from workers.providers.base import Completion, Fault, InferenceProvider, Message, ProviderError
from workers.providers.cool_down import CoolDown

from .fake_cloud import FakeCloud, Reply, Request

SECRET = "violets and 4711"
KEY = "key-of-alice"
ASK = [Message(role="system", content="Be brief."), Message(role="user", content=f"Say {SECRET}.")]
LIMIT_S = 0.4  # the providers' time limits where a test waits for one
AMPLE_S = 60.0  # where it does not
SLACK_S = 60.0


class StoppedError(Exception):
    pass


class CloudCases(ABC):
    """Mixed into a test class for each provider."""

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

    # Answers

    def test_streams_the_text_and_counts_tokens(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer("Roses", " are", " röd 🌹\u2028\n\n", "```", tokens=11)
        text, completion = self.collect(self.provider(cloud))
        assert text == "Roses are röd 🌹\u2028\n\n```"
        assert completion == Completion(tokens=11, finish="stop")

    def test_passes_each_piece_on_before_the_next_comes(self, cloud: FakeCloud) -> None:
        seen = threading.Event()
        in_time: list[bool] = []

        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            self.text(reply, "one")
            in_time.append(seen.wait(SLACK_S))
            self.text(reply, "two")
            self.finish(reply)
            reply.end()

        cloud.script = script
        self.provider(cloud).stream(ASK, "", lambda _text: seen.set())
        assert in_time == [True]

    def test_says_when_the_answer_was_cut_by_the_limit(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer("Roses", length=True)
        assert self.collect(self.provider(cloud))[1].finish == "length"

    def test_estimates_tokens_when_none_are_reported(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer("Roses ", "are red", tokens=None)
        assert self.collect(self.provider(cloud))[1].tokens == 4

    def test_text_that_cannot_be_stored_is_replaced(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer("a\x00b", "\ud83d")
        assert self.collect(self.provider(cloud))[0] == "a\ufffdb\ufffd"

    def test_an_empty_answer_is_an_error(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer()
        assert self.failure(self.provider(cloud)).fault is Fault.BUSY

    # Continuing

    def test_a_prefix_is_sent_as_the_models_turn_with_the_instruction_after_it(
        self, cloud: FakeCloud
    ) -> None:
        cloud.script = self.answer("d, violets")
        text, _ = self.collect(self.provider(cloud), prefix="Roses are re")
        assert text == "d, violets"
        turns = self.turns(cloud.requests[0])
        assert turns[0] == ("user", f"Say {SECRET}.")
        assert turns[1] == ("assistant", "Roses are re")
        assert turns[2][0] == "user"
        assert "Continue it from exactly" in turns[2][1]

    def test_a_repeated_prefix_is_dropped(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer("Ros", "es are ", "red, vio", "lets")
        assert self.collect(self.provider(cloud), prefix="Roses are re")[0] == "d, violets"

    def test_a_near_repetition_is_kept_whole(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer("Roses", " were")
        assert self.collect(self.provider(cloud), prefix="Roses are re")[0] == "Roses were"
        cloud.script = self.answer("Roses")
        assert self.collect(self.provider(cloud), prefix="Roses are re")[0] == "Roses"

    def test_an_answer_that_begins_anew_is_not_put_behind_the_prefix(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer("\nThe history", " of bread is", " long.")
        pieces: list[str] = []
        prefix = "The history of bread begins about 10,000 BC"
        with pytest.raises(ProviderError) as caught:
            self.provider(cloud).stream(ASK, prefix, pieces.append)
        assert (pieces, caught.value.fault) == ([], Fault.BUSY)

    def test_thinking_out_the_budget_adds_nothing_to_a_prefix(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer(length=True)
        assert self.failure(self.provider(cloud), prefix="All").fault is Fault.BUSY

    def test_nothing_to_add_to_a_prefix_is_an_answer(self, cloud: FakeCloud) -> None:
        cloud.script = self.answer(tokens=0)
        assert self.collect(self.provider(cloud), prefix="All said.") == ("", Completion(0, "stop"))

    # Stopping

    def test_what_on_token_raises_closes_the_connection_and_comes_out_unchanged(
        self, cloud: FakeCloud
    ) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            reply.ticks(lambda: self.text(reply, "and "))

        cloud.script = script
        cool_down = CoolDown()
        provider = self.provider(cloud, cool_down)
        stop = StoppedError("the person stopped")

        def on_token(_text: str) -> None:
            raise stop

        for _ in range(4):  # a person who stops says nothing about the provider
            cloud.left.clear()
            with pytest.raises(StoppedError) as caught:
                provider.stream(ASK, "", on_token)
            assert caught.value is stop
            assert cloud.left.wait(SLACK_S)
        assert provider.available()

    def test_a_slow_receiver_is_not_the_providers_stall(self, cloud: FakeCloud) -> None:
        self.limit_s = LIMIT_S
        cloud.script = self.answer("one", "two")
        pieces: list[str] = []

        def on_token(text: str) -> None:
            time.sleep(LIMIT_S * 1.5)
            pieces.append(text)

        self.provider(cloud).stream(ASK, "", on_token)
        assert "".join(pieces) == "onetwo"

    # Time limits

    def timed_failure(self, cloud: FakeCloud, expected: str) -> None:
        self.limit_s = LIMIT_S
        began = time.monotonic()
        error = self.failure(self.provider(cloud))
        assert time.monotonic() - began < LIMIT_S * 2 + SLACK_S
        assert error.fault is Fault.BUSY
        assert expected in str(error)

    def test_no_response_ends_in_time(self, cloud: FakeCloud) -> None:
        release = threading.Event()
        cloud.script = lambda _reply, _request: release.wait(SLACK_S) and None
        self.timed_failure(cloud, "")
        release.set()

    def test_headers_without_text_end_in_time(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            reply.ticks(lambda: self.keep_alive(reply))

        cloud.script = script
        self.timed_failure(cloud, "no text within 0.4 s")
        assert cloud.left.wait(SLACK_S)

    def test_a_stall_ends_in_time_though_the_connection_is_kept_alive(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            self.text(reply, "one")
            reply.ticks(lambda: self.keep_alive(reply))

        cloud.script = script
        self.timed_failure(cloud, "no text for 0.4 s")
        assert cloud.left.wait(SLACK_S)

    def test_silence_in_the_middle_ends_in_time(self, cloud: FakeCloud) -> None:
        release = threading.Event()

        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            self.text(reply, "one")
            release.wait(SLACK_S)

        cloud.script = script
        self.timed_failure(cloud, "")
        release.set()

    # Failures

    def test_a_disconnect_in_the_middle_is_an_error_after_the_text(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            self.text(reply, "Roses")
            reply.cut()

        cloud.script = script
        pieces: list[str] = []
        with pytest.raises(ProviderError) as caught:
            self.provider(cloud).stream(ASK, "", pieces.append)
        assert (pieces, caught.value.fault, caught.value.permanent) == (["Roses"], Fault.BUSY, False)

    def test_a_stream_that_ends_without_a_finish_is_an_error(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            self.text(reply, "Roses")
            reply.end()

        cloud.script = script
        assert self.failure(self.provider(cloud)).fault is Fault.BUSY

    def test_nonsense_is_an_error_that_does_not_quote_it(self, cloud: FakeCloud) -> None:
        def script(reply: Reply, _request: Request) -> None:
            reply.start()
            reply.event("{" + SECRET)
            reply.end()

        cloud.script = script
        assert self.failure(self.provider(cloud)).fault is Fault.BUSY

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
    def test_a_server_error_is_transient_and_tried_once(self, cloud: FakeCloud, status: int) -> None:
        cloud.script = lambda reply, _request: reply.error(status, f"<html>{SECRET}</html>".encode())
        provider = self.provider(cloud)
        error = self.failure(provider)
        assert (error.fault, error.permanent) == (Fault.BUSY, False)
        assert len(cloud.requests) == 1
        assert provider.available()

    def test_nobody_listening_is_transient(self, cloud: FakeCloud) -> None:
        provider = self.provider(FakeCloud(url="http://127.0.0.1:9", script=cloud.script))
        assert self.failure(provider).fault is Fault.BUSY

    def test_three_failures_in_a_row_rest_the_provider(self, cloud: FakeCloud) -> None:
        now = [0.0]
        provider = self.provider(cloud, CoolDown(lambda: now[0]))
        cloud.script = lambda reply, _request: reply.error(500, {})
        self.failure(provider)
        self.failure(provider)
        cloud.script = self.answer("better")
        self.collect(provider)
        cloud.script = lambda reply, _request: reply.error(500, {})
        self.failure(provider)
        self.failure(provider)
        assert provider.available()
        self.failure(provider)
        assert not provider.available()
        now[0] = 30.0
        assert provider.available()

    @pytest.mark.parametrize("status", [401, 403, 404])
    def test_a_refused_key_or_model_rests_the_provider_long(self, cloud: FakeCloud, status: int) -> None:
        now = [0.0]
        cloud.script = lambda reply, _request: reply.error(
            status, {"error": {"code": status, "message": f"{SECRET} {KEY}", "status": "PERMISSION_DENIED"}}
        )
        provider = self.provider(cloud, CoolDown(lambda: now[0]))
        error = self.failure(provider)
        assert (error.fault, error.permanent) == (Fault.KEY, True)
        now[0] = 599.0
        assert not provider.available()
        now[0] = 600.0
        assert provider.available()

    @pytest.mark.parametrize("status", [400, 413, 422])
    def test_a_refused_request_is_permanent_but_does_not_rest_the_provider(
        self, cloud: FakeCloud, status: int
    ) -> None:
        cloud.script = lambda reply, _request: reply.error(
            status, {"error": {"code": status, "message": SECRET, "status": "INVALID_ARGUMENT"}}
        )
        provider = self.provider(cloud)
        for _ in range(4):
            error = self.failure(provider)
            assert (error.fault, error.permanent) == (Fault.REQUEST, True)
        assert provider.available()

    def test_a_quota_error_waits_as_long_as_the_header_says(self, cloud: FakeCloud) -> None:
        now = [0.0]
        cloud.script = lambda reply, _request: reply.error(
            429, {"error": {"message": SECRET}}, {"Retry-After": "7"}
        )
        provider = self.provider(cloud, CoolDown(lambda: now[0]))
        error = self.failure(provider)
        assert (error.fault, error.permanent, error.retry_after_s) == (Fault.QUOTA, False, 7.0)
        assert len(cloud.requests) == 1
        now[0] = 6.9
        assert not provider.available()
        now[0] = 7.0
        assert provider.available()

    def test_nothing_of_the_conversation_is_logged(
        self, cloud: FakeCloud, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        cloud.script = self.answer(SECRET)
        self.collect(self.provider(cloud))
        assert SECRET not in caplog.text
        assert KEY not in caplog.text

    # Many at once

    def test_thirty_streams_at_once_do_not_mix(self, cloud: FakeCloud) -> None:
        together = threading.Barrier(30, timeout=60)

        def script(reply: Reply, request: Request) -> None:
            name = self.turns(request)[-1][1]
            reply.start()
            together.wait()  # all thirty are open before any goes on
            for number in range(10):
                self.text(reply, f"{name}.{number} ")
            self.finish(reply, tokens=10)
            reply.end()

        cloud.script = script
        provider = self.provider(cloud)

        def one(number: int) -> tuple[str, str]:
            pieces: list[str] = []
            provider.stream([Message(role="user", content=f"job{number}")], "", pieces.append)
            return f"job{number}", "".join(pieces)

        with ThreadPoolExecutor(30) as pool:
            results = list(pool.map(one, range(30)))
        assert results == [(name, "".join(f"{name}.{i} " for i in range(10))) for name, _ in results]
