import json
import urllib.request

import pytest

from ashao_site.embedded.app import EVERYTHING
from ashao_site.embedded.stack import Stack

from .helpers import processes_in, wait_for

pytestmark = pytest.mark.stack
RESTARTED = {
    "uvicorn": ("web", "fallback", "settlement", "beat", "valkey", "postgres", "anvil"),
    "daphne": ("web",),  # the others are the same
}


@pytest.mark.parametrize("asgi_server", ["daphne", "uvicorn"])
def test_the_whole_stack_starts_heals_and_stops(asgi_server: str) -> None:
    with Stack(asgi_server=asgi_server, only=EVERYTHING) as stack:
        with urllib.request.urlopen(f"{stack.base_url}/healthz", timeout=120) as response:
            assert response.status == 200
            json.load(response)
        with urllib.request.urlopen(f"{stack.base_url}/readyz", timeout=120) as response:
            assert json.load(response)["chain"] == "ok"
        line = f"The dev chain        {stack.chain['CHAIN_RPC_URL']}  (chain id 31337)"
        assert wait_for(lambda: line in stack.output())
        assert set(stack.pids()) == {"anvil", "postgres", "valkey", "web", "fallback", "settlement", "beat"}
        for name in RESTARTED[asgi_server]:
            stack.restart(name)
        stack.wait_ready()
        assert stack.stop() == 0
        assert processes_in(stack.home) == []
