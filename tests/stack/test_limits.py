"""The limits on the real servers, as they are for everybody: 429 beyond the burst, by address, and later again."""

import asyncio
import signal
import time
from collections.abc import Iterator

import httpx
import pytest
import redis as redis_py
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from ashao_site.embedded.stack import WEB, Stack
from ashao_site.lib import limits
from tests.stack.support import Person

pytestmark = pytest.mark.stack

ALICE_AT, BOB_AT, CHARLIE_AT = "203.0.113.7", "198.51.100.9", "192.0.2.77"
WAIT_MAX_S = 240.0


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    env = {"RATE_LIMITS": "1", "TRUSTED_PROXIES": "1"}
    with Stack(asgi_server=request.param, only=WEB, env=env) as running:
        yield running


def at(address: str) -> dict[str, str]:
    """The headers that the one proxy in front would add."""
    return {"X-Forwarded-For": f"10.1.2.3, {address}"}


async def visitor(stack: Stack) -> Person:
    return await Person(stack.base_url).__aenter__()


async def nonce(person: Person, address: str) -> httpx.Response:
    return await person.answer("POST", "/api/auth/nonce", headers=at(address))


async def test_an_address_is_refused_beyond_its_burst_and_served_again_later(stack: Stack) -> None:
    burst = limits.NONCE.address.burst if limits.NONCE.address else 0
    async with Person(stack.base_url) as person:
        served = 0
        while (response := await nonce(person, ALICE_AT)).status_code == 200:
            served += 1
            assert served < 10 * burst
        assert response.status_code == 429
        assert response.json()["code"] == "rate_limited"
        wait_s = int(response.headers["Retry-After"])
        assert wait_s >= 1
        assert served >= burst
        assert (await nonce(person, BOB_AT)).status_code == 200
        assert (await nonce(person, "2001:db8:1:2::3")).status_code == 200
        deadline = time.monotonic() + WAIT_MAX_S
        while (await nonce(person, ALICE_AT)).status_code != 200:
            assert time.monotonic() < deadline
            await asyncio.sleep(wait_s / 4)


async def test_a_worker_goes_on_beside_somebody_who_guesses_tokens(stack: Stack) -> None:
    async with Person(stack.base_url) as alice, Person(stack.base_url) as guesser:
        await alice.sign_in()
        worker = await alice.register("pro")
        good = {"Authorization": f"Bearer {worker['workerToken']}", **at(CHARLIE_AT)}
        bad = {"Authorization": "Bearer wt_of_nobody", **at(CHARLIE_AT)}
        beat = {"workerId": worker["workerId"]}
        assert (await alice.answer("POST", "/api/worker/heartbeat", beat, good)).status_code == 200
        for _ in range(2_000):
            response = await guesser.answer("POST", "/api/worker/claim", {}, bad)
            if response.status_code == 429:
                break
            assert response.status_code == 401
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) >= 1
        assert (await alice.answer("POST", "/api/worker/heartbeat", beat, good)).status_code == 200


async def test_a_socket_too_many_is_refused_at_its_handshake(stack: Stack) -> None:
    address = stack.base_url.replace("http", "ws") + "/ws/live"
    with redis_py.Redis.from_url(stack.redis_url, decode_responses=True) as server:
        async with connect(address, origin=stack.base_url, additional_headers=at(ALICE_AT)):
            (key,) = server.scan_iter("ashao:limit:socket:*", count=1_000)
        now_s, _ = server.time()
        server.set(key, str((now_s + 3_600) * 1_000_000), ex=600)  # as after many of them
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, origin=stack.base_url, additional_headers=at(ALICE_AT))
        answer = refused.value.response
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) >= 1
        else:
            assert answer.status_code == 403, "a server that cannot say more"
        async with connect(address, origin=stack.base_url, additional_headers=at(BOB_AT)) as page:
            assert "network" in str(await asyncio.wait_for(page.recv(), WAIT_MAX_S))


async def test_calls_are_answered_while_redis_says_nothing(stack: Stack) -> None:
    async with Person(stack.base_url) as person:
        stack.kill("valkey", signal.SIGSTOP)
        try:
            for _ in range(5):
                assert (await nonce(person, CHARLIE_AT)).status_code == 200
        finally:
            stack.kill("valkey", signal.SIGCONT)
        assert (await nonce(person, CHARLIE_AT)).status_code == 200
