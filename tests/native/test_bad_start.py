"""What keeps the program from starting, each in one sentence."""

import pytest

from .conftest import Programs
from .fake_network import FakeNetwork
from .fake_upstream import FakeUpstream


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--jobs", "17"), "--jobs must be"),
        (("--tiers", "ultra"), "no tier 'ultra'"),
        (("--network", "nowhere"), "--network must be an address"),
        (("--model", "huge"), "no model 'huge'; it has: tiny, other:latest."),
        (("--upstream", "http://127.0.0.1:9/v1"), "model server unreachable"),
        (("--api-key", "ak_bob"), "does not accept this API key"),
    ],
)
async def test_bad_input_ends_it_with_one_sentence(
    programs: Programs, network: FakeNetwork, flags: tuple[str, ...], says: str
) -> None:
    program = await programs.run(*flags)
    assert program.process.returncode == 2
    assert says in program.error
    assert program.error.count("\n") == 1


async def test_an_address_that_is_no_network(
    programs: Programs, network: FakeNetwork, upstream: FakeUpstream
) -> None:
    program = await programs.run("--network", upstream.server.url)
    assert program.process.returncode == 2
    assert "There is no ashao network at" in program.error


async def test_a_program_that_is_too_old(programs: Programs, network: FakeNetwork) -> None:
    network.answers["register"] = [(426, {"error": "Update ashao-worker.", "code": "too_old"}, {})]
    program = await programs.run()
    assert program.process.returncode == 1
    assert program.error == "ashao-worker: Update ashao-worker.\n"
