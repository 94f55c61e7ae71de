"""What must hold for every real provider where its server is slow, or fails."""

import logging
import threading
import time

import pytest

from workers.providers.base import Fault, ProviderError
from workers.providers.cool_down import CoolDown

from .cloud_dialect import ASK, KEY, LIMIT_S, SECRET, SLACK_S, CloudDialect
from .fake_cloud import FakeCloud, Reply, Request


class CloudFailures(CloudDialect):
    """Mixed into a test class for each provider, as a part of `CloudCases`."""

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
