"""Every state of the Earn page, on a desktop and on a phone: a picture of it, and what axe says."""

from pathlib import Path

import pytest

from tests.tiny_model.chats import ALPHABET
from tests.tiny_model.host import ModelHost

from .conftest import ARTIFACTS, Pages
from .earn_page import LOAD_MS, EarnPage
from .looks import SIZES, violations

pytestmark = pytest.mark.timeout(1_500)

PICTURES = ARTIFACTS / "earn"


def look(tab: EarnPage, state: str, *, sizes: tuple[str, ...] = ("desktop", "phone")) -> None:
    """Take pictures of the page as it is, and have axe look at it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for size in sizes:
        width, height = SIZES[size]
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.page.screenshot(path=Path(PICTURES / f"{state}-{size}.png"), full_page=size == "phone")
        assert violations(tab.page) == [], f"{state} on a {size}"
        wider: int = tab.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{state} on a {size} is {wider} pixels too wide"
    tab.page.set_viewport_size({"width": SIZES["desktop"][0], "height": SIZES["desktop"][1]})


def test_every_state_of_a_tab(gpu_pages: Pages, pages: Pages, model_host: ModelHost) -> None:
    model_host.reset()
    tab = EarnPage(gpu_pages.context().new_page())
    # A colour on its way to another has no contrast to speak of.
    tab.page.emulate_media(reduced_motion="reduce")
    tab.open()
    look(tab, "before-guest")
    tab.sign_in()
    tab.test_id("dashboard").wait_for()
    look(tab, "before")

    model_host.bytes_per_second = 60_000
    tab.start()
    tab.wait_phase("downloading")
    tab.page.wait_for_timeout(2_500)  # so that there is a rate
    look(tab, "downloading")
    model_host.reset()
    tab.wait_phase("compiling", timeout_ms=LOAD_MS)
    look(tab, "compiling", sizes=("desktop",))
    tab.wait_phase("waiting", timeout_ms=LOAD_MS)
    look(tab, "waiting")

    chat = pages.chat()
    chat.send(ALPHABET.question)
    tab.wait_phase("generating")
    look(tab, "generating")
    assert chat.finished("done") == ALPHABET.answer
    tab.test_id("pause").click()
    tab.wait_phase("paused")
    look(tab, "paused")
    tab.test_id("resume").click()
    tab.wait_phase("waiting")

    second = EarnPage(tab.page.context.new_page()).open()
    second.start()
    second.wait_phase("elsewhere")
    look(second, "elsewhere")
    second.page.close()

    gpu_pages.expect_problem(r"(?i)device|webgpu|gpu|onnx|mapAsync|lost|destroyed")
    tab.lose_the_gpu()
    tab.expect_problem("device-lost")
    look(tab, "device-lost")


def test_a_browser_without_webgpu(pages: Pages) -> None:
    tab = EarnPage(pages.context().new_page()).open()
    tab.test_id("earn-problem").wait_for()
    look(tab, "no-webgpu")
