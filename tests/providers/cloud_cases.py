"""What must hold for every real provider, whatever protocol it speaks; each protocol gives its dialect."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from workers.providers.base import Completion, Fault, Message, ProviderError
from workers.providers.cool_down import CoolDown

from .cloud_dialect import ASK, LIMIT_S, SECRET, SLACK_S
from .cloud_failures import CloudFailures
from .fake_cloud import FakeCloud, Reply, Request


class StoppedError(Exception):
    pass


class CloudCases(CloudFailures):
    """Mixed into a test class for each provider."""

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
