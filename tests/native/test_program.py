"""The console program, as a process of its own."""

import asyncio
import json
import os
import pty
import signal
import stat
import sys

import pytest

from .conftest import Programs
from .fake_network import FakeNetwork
from .fake_upstream import FakeUpstream, answer_of

SECRET = "my heart is a violin"
WELL_BEFORE_THE_DRAIN_S = 50.0
"""Ctrl-C lets running jobs finish for a minute: what ends before has not waited for that."""


def whole(words: str) -> str:
    return "".join(answer_of([{"role": "user", "content": words}]))


async def test_once_with_json(programs: Programs, network: FakeNetwork) -> None:
    job = network.put(SECRET)
    network.put("not this one")
    program = await programs.start("--once", "--json")
    assert await program.wait() == 0
    assert job.text == whole(SECRET)
    names = [event["event"] for event in program.events]
    assert [n for n in names if n != "state"] == ["started", "claimed", "done", "stopped"]
    done = program.named("done")[0]
    assert (done["jobId"], done["tokens"], done["earnedMicros"]) == ("job_0", job.tokens, 105_000)
    assert done["seconds"] > 0
    assert len(program.events) == len(program.lines)
    assert network.jobs["job_1"].state == "queued"
    assert network.released == ["wrk_0"]


async def test_once_says_so_when_the_job_failed(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.error = 500
    network.put(SECRET)
    program = await programs.run("--once", "--json")
    assert program.process.returncode == 1
    assert program.named("failed")[0]["reason"] == "model server error 500"


@pytest.mark.parametrize("flags", [(), ("--json",), ("--quiet",)])
async def test_no_text_and_no_secret_is_printed(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream, flags: tuple[str, ...]
) -> None:
    upstream.error = 500
    network.put(SECRET)
    program = await programs.start("--once", *flags)
    await program.wait()
    printed = "\n".join(program.lines) + program.error
    assert not any(word in printed for word in ("violin", "You said", "ak_alice", "wt_0"))
    if "--quiet" in flags:
        assert program.lines == []


async def test_two_jobs_at_once_and_never_more(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.delta_s = 0.02
    jobs = [network.put(f"question number {n}", tier="pro" if n % 2 else "max") for n in range(7)]
    program = await programs.start("--jobs", "2", "--json", "--tiers", "max,pro")
    await network.until(lambda: all(job.state == "done" for job in jobs))
    program.process.send_signal(signal.SIGINT)
    assert await program.wait() == 0
    assert network.most_held == 2
    for job in jobs:
        assert job.text == whole(job.messages[0]["content"])
    order = [event["tier"] for event in program.named("claimed")]
    assert order == ["max"] * 4 + ["pro"] * 3  # the preferred tier first
    assert program.named("stopped")[0]["earnedMicros"] == 7 * 105_000


async def test_a_restart_is_the_same_worker(programs: Programs, network: FakeNetwork) -> None:
    for _ in range(2):
        network.put("hello")
        await programs.run("--once", "--name", "The tower")
    assert list(network.workers) == ["wt_0"]
    assert network.workers["wt_0"]["name"] == "The tower"
    (kept,) = (programs.state / "ashao-worker").glob("*.json")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text()) == {"workerId": "wrk_0", "workerToken": "wt_0"}
    # Its token is refused one day: it registers anew.
    network.workers = {"wt_other": network.workers["wt_0"]}
    network.put("hello again")
    program = await programs.run("--once")
    assert program.process.returncode == 0
    assert json.loads(kept.read_text())["workerToken"] == "wt_1"


async def test_two_programs_beside_each_other_are_two_workers(
    programs: Programs, network: FakeNetwork
) -> None:
    first = await programs.start()
    await network.until(lambda: network.claims_waiting == 1)
    second = await programs.start()
    await network.until(lambda: len(network.workers) == 2)
    for program in (first, second):
        program.process.send_signal(signal.SIGTERM)
    assert [await first.wait(), await second.wait()] == [0, 0]
    assert sorted(network.released) == ["wrk_0", "wrk_1"]
    network.violations.clear()  # two workers, two claims


async def test_a_worker_token_from_the_page(programs: Programs, network: FakeNetwork) -> None:
    network.workers["wt_page"] = {"id": "wrk_page", "tiers": ["pro"], "model": "tiny"}
    job = network.put("hi", tier="pro")
    program = await programs.run("--once", "--json", "--token", "wt_page")
    assert program.process.returncode == 0
    assert job.text == whole("hi")
    assert program.named("started")[0]["workerId"] == "wrk_page"
    assert "register" not in network.calls
    wrong = await programs.run("--token", "wt_page", "--tiers", "max")
    assert wrong.process.returncode == 2
    assert "made for these tiers: pro" in wrong.error


async def test_ctrl_c_finishes_what_runs_and_claims_nothing_more(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.delta_s = 0.1
    job = network.put(SECRET)
    program = await programs.start("--jobs", "2", "--json")
    await network.until(lambda: job.chunks)
    program.process.send_signal(signal.SIGINT)
    await asyncio.sleep(0.3)
    late = network.put("too late")
    assert await program.wait() == 0
    assert (job.state, job.text) == ("done", whole(SECRET))
    # The claim that was already waiting may get it: then it goes straight back.
    assert late.state == "queued" or (late.reason, late.chunks) == ("worker stopping", [])
    assert network.released == ["wrk_0"]


async def test_an_idle_worker_goes_at_once(programs: Programs, network: FakeNetwork) -> None:
    program = await programs.start()
    await network.until(lambda: network.claims_waiting == 1)
    program.process.send_signal(signal.SIGINT)
    assert await program.wait(WELL_BEFORE_THE_DRAIN_S) == 0
    assert network.released == ["wrk_0"]


async def test_a_second_ctrl_c_hands_back(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    upstream.hang_after = 3
    job = network.put(SECRET)
    program = await programs.start("--json")
    await network.until(lambda: job.chunks)
    program.process.send_signal(signal.SIGINT)
    await asyncio.sleep(0.3)
    assert job.state == "running"
    program.process.send_signal(signal.SIGINT)
    assert await program.wait(WELL_BEFORE_THE_DRAIN_S) == 0
    assert (job.state, job.reason) == ("failed", "worker stopping")
    assert network.calls[-2:] == ["fail", "release"]


async def test_draining_has_an_end(programs: Programs, network: FakeNetwork, upstream: FakeUpstream) -> None:
    upstream.hang_after = 3
    job = network.put(SECRET)
    program = await programs.start("--drain", "0.5")
    await network.until(lambda: job.chunks)
    program.process.send_signal(signal.SIGTERM)
    assert await program.wait(WELL_BEFORE_THE_DRAIN_S) == 0
    assert job.reason == "worker stopping"


async def test_it_comes_back_when_the_network_does(programs: Programs, network: FakeNetwork) -> None:
    program = await programs.start("--json")
    await network.until(lambda: network.claims_waiting == 1)
    await network.server.stop()
    await asyncio.sleep(1.0)
    await network.server.start()
    job = network.put(SECRET)
    await network.until(lambda: job.state == "done")
    program.process.send_signal(signal.SIGINT)
    assert await program.wait() == 0
    assert job.text == whole(SECRET)
    assert "network_away" in [event["state"] for event in program.named("state")]


async def test_it_waits_for_a_network_that_is_not_there_yet(programs: Programs, network: FakeNetwork) -> None:
    await network.server.stop()
    program = await programs.start("--json", "--once")
    first = json.loads(await asyncio.wait_for(program.process.stdout.readline(), 30))
    assert (first["event"], first["state"]) == ("state", "network_away")
    await network.server.start()
    network.put("hi")
    assert await program.wait() == 0


async def test_it_can_be_stopped_before_there_is_a_network(programs: Programs, network: FakeNetwork) -> None:
    await network.server.stop()
    program = await programs.start("--json")
    line = await program.process.stdout.readline()
    assert json.loads(line)["state"] == "network_away"
    program.process.send_signal(signal.SIGINT)
    assert await program.wait(WELL_BEFORE_THE_DRAIN_S) == 0


async def test_it_claims_nothing_while_the_model_server_is_down(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    program = await programs.start("--json")
    await network.until(lambda: network.claims_waiting == 1)
    await upstream.server.stop()
    lost = network.put(SECRET)
    await network.until(lambda: lost.state == "failed")
    waiting = network.put(SECRET)
    await asyncio.sleep(0.7)
    assert (lost.reason, waiting.state) == ("model server unreachable", "queued")
    await upstream.server.start()
    await network.until(lambda: waiting.state == "done")
    program.process.send_signal(signal.SIGINT)
    await program.wait()
    assert "upstream_down" in [event["state"] for event in program.named("state")]


async def test_a_revoked_token_ends_it_with_one_sentence(programs: Programs, network: FakeNetwork) -> None:
    program = await programs.start()
    await network.until(lambda: network.claims_waiting == 1)
    network.workers.clear()
    await network.server.stop()  # ends the claim that waits
    await network.server.start()
    assert await program.wait() == 1
    assert program.error.count("\n") == 1
    assert "no longer accepts this worker's token" in program.error
    assert network.released == []


async def test_it_runs_without_django(programs: Programs, network: FakeNetwork) -> None:
    """Imports of the monolith are made to fail; a whole job is served all the same."""
    code = """
import sys
class No:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "rest_framework", "redis", "celery", "ashao_site", "workers"}:
            raise ImportError(name)
sys.meta_path.insert(0, No())
from ashao_worker.__main__ import main
sys.exit(main(["--once", "--json"]))
"""
    job = network.put("hi")
    program = await programs.start(command=("-c", code))
    assert await program.wait() == 0, program.error
    assert job.text == whole("hi")


async def test_version_and_help(programs: Programs) -> None:
    version = await programs.run("--version")
    assert (version.process.returncode, version.lines) == (0, ["ashao-worker 0.1.0"])
    program_help = await programs.run("--help")
    assert "ASHAO_WORKER_TOKEN" in "\n".join(program_help.lines)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("colour", [True, False])
async def test_the_live_line_on_a_terminal(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream, colour: bool
) -> None:
    upstream.delta_s = 0.1
    job = network.put(SECRET)
    ours, theirs = pty.openpty()
    env = programs.env | {
        "ASHAO_NETWORK": network.server.url,
        "ASHAO_UPSTREAM": upstream.url,
        "ASHAO_API_KEY": "ak_alice",
        "COLUMNS": "70",
        "TERM": "xterm",
        **({} if colour else {"NO_COLOR": "1"}),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ashao_worker", "--model", "tiny", env=env, stdout=theirs, stdin=theirs
    )
    os.close(theirs)
    try:
        await network.until(lambda: job.state == "done")
        await asyncio.sleep(0.4)
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 5) == 0
        shown = os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
        if process.returncode is None:
            process.kill()
    dot = "\x1b[32m●\x1b[0m" if colour else "●"
    assert f"\r\x1b[2K{dot} serving  1 job · " in shown
    assert "1 done · $0.105 earned" in shown
    assert shown.endswith("\r\x1b[2K")
    assert "violin" not in shown
    if not colour:
        assert "\x1b[3" not in shown


async def test_a_paused_worker_says_so_once_and_serves_again_when_resumed(
    programs: Programs, network: FakeNetwork
) -> None:
    program = await programs.start("--json")
    await network.until(lambda: network.claims_waiting == 1)
    network.pause(True)
    await network.until(lambda: network.calls.count("claim") >= 2)
    job = network.put("hello")
    await asyncio.sleep(0.5)
    assert job.state == "queued"
    network.pause(False)
    await network.until(lambda: job.state == "done")
    program.process.send_signal(signal.SIGINT)
    assert await program.wait() == 0
    states = [event["state"] for event in program.named("state")]
    assert states.count("paused") == 1
    told = [event.get("state", event["event"]) for event in program.events]
    assert told.index("paused") < told.index("claimed")
    assert job.text == whole("hello")
