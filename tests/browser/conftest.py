"""A real stack and a real browser, for all tests of this folder; and a real language model for the Earn page.

What a page logs as an error, throws, or is refused by its Content-Security-Policy fails the test that opened
it, unless the test says that it breaks something on purpose.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from ashao_site.embedded.stack import Stack
from scripts.chromium import find
from tests.demo_cloud import demo_cloud
from tests.tiny_model.host import ModelHost

from .chat_page import ChatPage

HERE = Path(__file__).resolve().parent
ARTIFACTS = HERE.parent / ".artifacts"
TOKENS_PER_SECOND = 100
PATIENCE_MS = 120_000
"""How long a page may take for what it does at once: it costs nothing where the machine is quiet."""
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A test that changes a page on its way makes it one from nowhere, which then may not call this machine.
    "--disable-features=LocalNetworkAccessChecks",
]
GPU_ARGS = [
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    # No zeros into a shader's shared memory before it runs: two thirds of all its work. Shaders that rely on
    # them would answer worse here than elsewhere, never better.
    "--enable-dawn-features=disable_workgroup_init",
    # WebAssembly is compiled once, quickly, and not for speed once more.
    "--js-flags=--liftoff-only",
]
"""WebGPU on the processor: slow, but every instruction of it is real."""
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP: ${event.effectiveDirective} refused ${event.blockedURI}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, "pytest.TestReport", None]:
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        item.stash[FAILED] = True


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def model_host() -> Iterator[ModelHost]:
    """Serves the tiny model, as a hub of models does."""
    with ModelHost() as host:
        yield host


@pytest.fixture(scope="package")
def models(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What makes the stack offer the tiny model. Making that takes minutes: only where one of these tests runs it."""
    needed = {"model_host", "gpu_chromium"}
    if not any(needed & set(getattr(item, "fixturenames", ())) for item in request.session.items):
        return {}
    host: ModelHost = request.getfixturevalue("model_host")
    catalogue = tmp_path_factory.mktemp("models") / "models.json"
    catalogue.write_text(json.dumps(host.catalogue()))
    return {
        "MODEL_HOST": host.url,
        "BROWSER_MODELS": str(catalogue),
        "BROWSER_ALLOW_SOFTWARE_GPU": "on",
        "BROWSER_MIN_TOKENS_PER_SECOND": "0",
    }


@pytest.fixture(scope="package")
def stack(models: dict[str, str]) -> Iterator[Stack]:
    env = {
        **models,
        "GUEST_MESSAGES_PER_ADDRESS": "1000",
        "FALLBACK_CONCURRENCY": "8",
        # A tab on a busy machine is slow, and is not to lose its job for that.
        "WORKER_LEASE_MS": "30000",
        "WORKER_FIRST_TOKEN_MS": "300000",
        "WORKER_STALL_MS": "120000",
        "WORKER_PACE_MS": "600000",
    }
    with demo_cloud(tokens_per_second=TOKENS_PER_SECOND) as cloud, Stack(env={**env, **cloud}) as running:
        yield running


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser without WebGPU."""
    yield from launched(playwright, CHROMIUM_ARGS)


@pytest.fixture(scope="package")
def gpu_chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser with WebGPU."""
    yield from launched(playwright, [*CHROMIUM_ARGS, *GPU_ARGS])


def launched(playwright: Playwright, args: list[str]) -> Iterator[Browser]:
    path = find()
    if path is None:
        pytest.fail("There is no Chromium here; install one, or name it with CHROMIUM=/path/to/it.")
    browser = playwright.chromium.launch(executable_path=path, args=args)
    yield browser
    browser.close()


class Pages:
    """Opens pages, each in a context (cookies, storage) of its own, and notes what goes wrong on them."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self._browser = browser
        self._base_url = base_url
        self._contexts: list[BrowserContext] = []
        self._expected: list[str] = []
        self.problems: list[str] = []

    def context(self, *, width: int = 1280, height: int = 800, touch: bool = False) -> BrowserContext:
        context = self._browser.new_context(
            base_url=self._base_url,
            viewport={"width": width, "height": height},
            has_touch=touch,
            is_mobile=touch,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._note_console)
        context.on("weberror", lambda problem: self.problems.append(f"thrown: {problem.error}"))
        self._contexts.append(context)
        return context

    def chat(self, path: str = "/", context: BrowserContext | None = None) -> ChatPage:
        return ChatPage((context or self.context()).new_page()).open(path)

    def expect_problem(self, pattern: str) -> None:
        """The test breaks something, and the browser will say so in such words."""
        self._expected.append(pattern)

    def unexpected(self) -> list[str]:
        return [
            problem
            for problem in self.problems
            if not any(re.search(pattern, problem) for pattern in self._expected)
        ]

    def close(self, screenshots_as: str | None) -> None:
        open_pages: list[Page] = [page for context in self._contexts for page in context.pages]
        for number, page in enumerate(open_pages if screenshots_as else []):
            ARTIFACTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=ARTIFACTS / f"{screenshots_as}-{number}.png")
        for context in self._contexts:
            context.close()

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"{message.text} ({message.location.get('url', '')})")


@pytest.fixture
def pages(request: pytest.FixtureRequest, stack: Stack, chromium: Browser) -> Iterator[Pages]:
    yield from watched(request, Pages(chromium, stack.base_url))


@pytest.fixture
def gpu_pages(request: pytest.FixtureRequest, stack: Stack, gpu_chromium: Browser) -> Iterator[Pages]:
    yield from watched(request, Pages(gpu_chromium, stack.base_url))


def watched(request: pytest.FixtureRequest, opened: Pages) -> Iterator[Pages]:
    yield opened
    failed = request.node.stash.get(FAILED, False)
    name = re.sub(r"\W+", "-", request.node.name)
    opened.close(name if failed or opened.unexpected() else None)
    assert opened.unexpected() == []


@pytest.fixture(scope="package")
def manage(stack: Stack) -> Callable[..., str]:
    """`manage.py` against the stack's database."""

    def run(*args: str, **env: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=HERE.parent.parent,
            env={**stack.env, **env},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
