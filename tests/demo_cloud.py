"""A cloud that is charged for: an OpenAI-compatible server that streams the simulated provider's text.

The simulated provider itself is free, so a test of what people pay asks this one.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from workers.providers.config import ProviderSettings
from workers.providers.demo_server import MODEL, DemoHandler
from workers.providers.simulated import SimulatedProvider


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A stopped answer's connection is closed in the middle: print nothing."""


@contextmanager
def demo_cloud(*, tokens_per_second: int) -> Iterator[Mapping[str, str]]:
    """Serve it; what is yielded configures a stack to have it as its cloud."""
    settings = ProviderSettings(simulated_tokens_per_second=tokens_per_second)
    handler = type("Handler", (DemoHandler,), {"provider": SimulatedProvider(settings)})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, name="demo-cloud", daemon=True)
    thread.start()
    try:
        yield {
            "GEMINI_API_KEY": "",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{server.server_port}/v1",
            "OPENAI_MODEL": MODEL,
        }
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
