"""The token buckets themselves, in the real Redis, and in a process while Redis is away."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
import redis as redis_py
from django.conf import settings as django_settings

from ashao_site.lib import limits
from ashao_site.lib.errors import RateLimited
from ashao_site.lib.limits import buckets, table
from ashao_site.lib.limits.buckets import Bucket, Refusal, take, take_here
from ashao_site.lib.limits.table import HOUR_S, Limit, Rate
from ashao_site.lib.text import new_id

SLOW_US = HOUR_S * 1_000_000
"""In a test nothing comes back of this."""


def bucket(burst: int, every_us: int = SLOW_US) -> Bucket:
    return Bucket(f"ashao:limit:test:{new_id('tst')}", every_us, burst)


def keys() -> dict[str, int]:
    """Every bucket in Redis, and for how many ms it stays there."""
    with redis_py.Redis.from_url(django_settings.REDIS_URL, decode_responses=True) as server:
        return {str(key): int(server.pttl(key)) for key in server.scan_iter("ashao:limit:*")}


async def in_redis(asked: list[Bucket], cost: int = 1) -> Refusal | None:
    buckets._empty.forget()  # what is asked here is Redis, whatever this process knows
    return await take(asked, cost)


async def in_process(asked: list[Bucket], cost: int = 1) -> Refusal | None:
    return take_here(asked, cost)


both = pytest.mark.parametrize("ask", [in_redis, in_process])


@both
async def test_a_bucket_gives_what_it_holds_and_then_says_when_the_next_comes_back(ask: Any) -> None:
    one = bucket(3)
    for _ in range(3):
        assert await ask([one]) is None
    refusal = await ask([one])
    assert refusal is not None
    assert refusal.bucket == one
    assert SLOW_US * 0.9 < refusal.wait_us <= SLOW_US


@both
async def test_all_give_or_none_does(ask: Any) -> None:
    wide, narrow = bucket(5), bucket(2)
    assert await ask([wide, narrow]) is None
    assert await ask([wide, narrow]) is None
    for _ in range(4):
        refusal = await ask([wide, narrow])
        assert refusal is not None
        assert refusal.bucket == narrow
    for _ in range(3):
        assert await ask([wide]) is None, "the refused calls took nothing"
    assert await ask([wide]) is not None


@both
async def test_what_is_taken_comes_back_one_by_one(ask: Any) -> None:
    one = bucket(2, every_us=300_000)
    for _ in range(2):
        assert await ask([one]) is None
    refusals = 0
    for _ in range(3):
        while (refusal := await ask([one])) is not None:
            refusals += 1
            assert refusal.wait_us <= 300_000
            await asyncio.sleep(refusal.wait_us / 1_000_000)
    assert refusals < 20, "who waits as long as was said gets one, unless somebody else was quicker"


@both
async def test_more_than_one_can_be_taken_at_once(ask: Any) -> None:
    one = bucket(10)
    assert await ask([one], 7) is None
    assert await ask([one], 4) is not None
    assert await ask([one], 3) is None


async def test_of_many_at_once_no_more_get_through_than_the_bucket_holds() -> None:
    one = bucket(10)
    found = await asyncio.gather(*(take([one]) for _ in range(100)))
    assert found.count(None) == 10


async def test_a_bucket_is_gone_from_redis_when_it_is_full_again() -> None:
    one = bucket(100, every_us=1_000_000)
    assert await take([one]) is None
    assert 0 < keys()[one.key] <= 1_000
    assert await take([one], 50) is None
    assert 40_000 < keys()[one.key] <= 51_000


async def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    one = bucket(5, every_us=60_000_000)
    with redis_py.Redis.from_url(django_settings.REDIS_URL) as server:
        server.set(one.key, "9000000000000000")  # in the year 2255
    refusal = await in_redis([one])
    assert refusal is not None
    assert refusal.wait_us <= 60_000_000


async def test_what_a_process_knows_to_be_empty_it_does_not_ask_again(monkeypatch: Any) -> None:
    one = bucket(1)
    assert await take([one]) is None
    assert await take([one]) is not None

    async def unexpected(*_: object) -> None:
        raise AssertionError("Redis was asked")

    monkeypatch.setattr(buckets, "_ask", unexpected)
    assert await take([one]) is not None


# Addresses and accounts

TESTED = Limit("tested", "for tests", address=Rate(3, 1, HOUR_S), account=Rate(2, 1, HOUR_S))


def refusal_of(**who: Any) -> RateLimited | None:
    try:
        limits.spend_now(TESTED, **who)
    except RateLimited as error:
        return error
    return None


def spent(**who: Any) -> int:
    """How many calls get through until one is refused."""
    for count in range(1_000):
        error = refusal_of(**who)
        if error is not None:
            assert (error.status, error.code) == (429, "rate_limited")
            assert 1 <= (error.retry_after_s or 0) <= HOUR_S
            return count
    raise AssertionError("nothing is ever refused")


def test_two_addresses_do_not_disturb_each_other() -> None:
    assert spent(address="203.0.113.7") == 3
    assert spent(address="203.0.113.7") == 0
    assert spent(address="203.0.113.8") == 3


def test_an_account_has_its_own_wherever_it_comes_from() -> None:
    assert spent(address="203.0.113.7", account=1) == 2
    assert spent(address="203.0.113.8", account=1) == 0
    assert spent(address="203.0.113.8") == 3, "what was refused took nothing of the address"
    assert spent(account=2) == 2
    assert spent(account=1) == 0


def test_ipv6_counts_by_64_and_wider_by_48() -> None:
    total = 0
    for network in range(100):
        got = spent(address=f"2001:db8:1:{network:x}::/64")
        assert got <= 3, "a /64 has what an IPv4 address has"
        total += got
    assert total == 3 * table.SITE_TIMES, "and all of a /48 together no more than that"
    assert spent(address="2001:db8:2:1::/64") == 3


def test_no_address_and_no_account_is_in_redis() -> None:
    limits.spend_now(TESTED, address="203.0.113.7", account=4711)
    limits.spend_now(TESTED, address="2001:db8:1:2::/64")
    names = keys()
    assert len(names) == 4
    for name in names:
        prefix, _, subject = name.rpartition(":")
        assert prefix == "ashao:limit:tested"
        assert len(subject) == 32
        assert not set(subject) - set("0123456789abcdef")
        assert all(0 < ttl <= HOUR_S * 1_000 for ttl in names.values())


def test_the_setting_widens_everything_or_turns_it_off(settings: Any) -> None:
    settings.RATE_LIMITS = 4
    assert spent(address="203.0.113.7") == 12
    settings.RATE_LIMITS = 0
    for _ in range(50):
        limits.spend_now(TESTED, address="203.0.113.7", account=1)


def test_what_is_known_is_refused_before_a_look_up() -> None:
    limits.refuse_known(TESTED, address="203.0.113.7")
    assert spent(address="203.0.113.7") == 3
    with pytest.raises(RateLimited):
        limits.refuse_known(TESTED, address="203.0.113.7")
    limits.refuse_known(TESTED, address="203.0.113.8")


# Redis is away


def refusing_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def silent() -> Any:
    """A server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        yield int(server.getsockname()[1])


async def _away(monkeypatch: Any, port: int) -> None:
    monkeypatch.setattr(django_settings, "REDIS_URL", f"redis://127.0.0.1:{port}/0")
    buckets.forget_here()
    for _ in range(3):
        await limits.spend(TESTED, address="203.0.113.7")
    with pytest.raises(RateLimited):
        await limits.spend(TESTED, address="203.0.113.7")
    await limits.spend(TESTED, address="203.0.113.8")


async def test_while_redis_is_away_a_process_counts_by_itself(monkeypatch: Any) -> None:
    await _away(monkeypatch, refusing_port())


async def test_a_redis_that_does_not_answer_holds_nobody_up_for_long(monkeypatch: Any, silent: int) -> None:
    monkeypatch.setattr(buckets, "REDIS_WAIT_S", 0.2)
    monkeypatch.setattr(buckets, "AWAY_S", 600.0)
    await _away(monkeypatch, silent)


async def test_a_redis_that_may_not_be_written_to_refuses_nobody(monkeypatch: Any) -> None:
    async def read_only(*_: object) -> None:
        raise redis_py.ReadOnlyError("You can't write against a read only replica.")

    monkeypatch.setattr(buckets, "_ask", read_only)
    await limits.spend(TESTED, address="203.0.113.7")


def test_a_process_remembers_a_bounded_number(monkeypatch: Any) -> None:
    monkeypatch.setattr(buckets, "REMEMBERED_MAX", 10)
    made: list[Callable[[], object]] = [lambda: take_here([bucket(1)]) for _ in range(50)]
    for one in made:
        one()
    assert len(buckets._full_at._until) == 10
