"""The design kit: how each component of the pages looks in each of its states, compared with a picture of it.

`KIT_PICTURES=write` takes the pictures anew. Look at them before they are committed: they are right from then on.
"""

import base64
import os
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from ashao_site.embedded.config import ROOT

from .conftest import ARTIFACTS
from .looks import SCHEMES, Scheme, too_wide, violations

PICTURES = Path(__file__).parent / "kit"
COMPARE, PACK = ((PICTURES / name).read_text() for name in ("compare.js", "pack.js"))
WIDTHS = {"wide": 760, "phone": 360}
LIMIT_BYTES = 400_000
"""Of all pictures together: they are in the repository for ever."""


class QuietHandler(SimpleHTTPRequestHandler):
    """Tells the console nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """What was asked for is no news."""


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the kit, built from the source as it is."""
    built = tmp_path_factory.mktemp("kit")
    subprocess.run(
        ["npm", "--prefix", "frontend", "--silent", "run", "kit:build", "--", "--outDir", str(built)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=300,
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(built))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def judge(chromium: Browser) -> Iterator[Page]:
    """A page that does nothing but compare pictures."""
    page = chromium.new_page()
    yield page
    page.close()


def source(picture: bytes) -> str:
    return f"data:image/*;base64,{base64.b64encode(picture).decode()}"


def packed(judge: Page, picture: bytes) -> bytes:
    return base64.b64decode(judge.evaluate(PACK, source(picture)))


def difference(judge: Page, before: bytes, now: bytes) -> str | None:
    """In a sentence, what a person would see of it."""
    words: str | None = judge.evaluate(COMPARE, [source(before), source(now)])
    return words


def opened(chromium: Browser, kit: str, *, width: int, scheme: Scheme) -> Page:
    page = chromium.new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page.goto(kit)
    expect(page.locator("[data-specimen]").first).to_be_visible()
    page.evaluate("document.fonts.ready.then(() => 0)")
    return page


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", WIDTHS)
def test_every_component_looks_as_in_its_picture(
    chromium: Browser, kit: str, judge: Page, size: str, scheme: Scheme
) -> None:
    page = opened(chromium, kit, width=WIDTHS[size], scheme=scheme)
    known, changed = PICTURES / f"{size}-{scheme}", ARTIFACTS / "kit" / f"{size}-{scheme}"
    changed.mkdir(parents=True, exist_ok=True)
    names, problems = set(), []
    for specimen in page.locator("[data-specimen]").all():
        name = str(specimen.get_attribute("data-specimen"))
        names.add(f"{name}.webp")
        now = specimen.screenshot()
        if os.environ.get("KIT_PICTURES") == "write":
            known.mkdir(exist_ok=True)
            (known / f"{name}.webp").write_bytes(packed(judge, now))
            continue
        (changed / f"{name}.png").write_bytes(now)
        words = difference(judge, (known / f"{name}.webp").read_bytes(), now)
        if words is not None:
            problems.append(f"{name} {words}")
    assert problems == [], f"look at {changed} and {known}"
    assert {picture.name for picture in known.iterdir()} == names
    assert too_wide(page) == 0
    assert violations(page, "color-contrast", "button-name", "label") == []
    page.close()


BROKEN = {
    "buttons": ".button { border-color: transparent }",
    "notices": ".notice-error { background: var(--note-ground) }",
    "fields": ".field-box { border-color: transparent }",
    "badges": ".network-status { margin-left: -1.25rem }",
    "dialog": ".dialog { border-color: transparent }",
    "table": ".data :is(tr, th, td) { border-color: transparent }",
    "icon-buttons": ".icon-send { visibility: hidden }",
    "chart": ".chart-bar { fill: var(--accent-strong) }",
    "figures": ".figure { border-top: 0 }",
}
"""What a careless change does to a component."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_border_a_colour_and_a_covered_word_are_seen(
    chromium: Browser, kit: str, judge: Page, name: str
) -> None:
    page = opened(chromium, kit, width=WIDTHS["wide"], scheme="light")
    specimen = page.locator(f"[data-specimen={name}]")
    before = specimen.screenshot()
    assert difference(judge, before, specimen.screenshot()) is None
    page.add_style_tag(content=BROKEN[name])
    assert difference(judge, before, specimen.screenshot()) is not None
    page.close()


def test_letters_that_another_machine_smooths_otherwise_are_the_same(
    chromium: Browser, kit: str, judge: Page
) -> None:
    page = opened(chromium, kit, width=WIDTHS["wide"], scheme="light")
    for specimen in page.locator("[data-specimen]").all():
        before = specimen.screenshot()
        bolder = page.add_style_tag(content="* { -webkit-text-stroke: 0.2px }")
        now = specimen.screenshot()
        bolder.evaluate("style => style.remove()")
        assert difference(judge, before, now) is None, specimen.get_attribute("data-specimen")
    page.close()


def test_the_pictures_are_small() -> None:
    assert sum(picture.stat().st_size for picture in PICTURES.rglob("*.webp")) < LIMIT_BYTES
