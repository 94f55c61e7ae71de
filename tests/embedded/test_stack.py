import json
import urllib.request

import pytest

from ashao_site.embedded.stack import Stack

from .helpers import processes_in

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("asgi_server", ["daphne", "uvicorn"])
def test_the_whole_stack_starts_heals_and_stops(asgi_server: str) -> None:
    with Stack(asgi_server=asgi_server) as stack:
        with urllib.request.urlopen(f"{stack.base_url}/healthz", timeout=5) as response:
            assert response.status == 200
            json.load(response)
        assert set(stack.pids()) == {"postgres", "valkey", "web", "fallback", "settlement", "beat"}
        for name in ("web", "fallback", "settlement", "beat", "valkey", "postgres"):
            stack.restart(name)
        stack.wait_ready()
        assert stack.stop() == 0
        assert processes_in(stack.home) == []
