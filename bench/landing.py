"""What the landing page costs a newcomer: first and largest paint, layout shift, requests and bytes.

    make bench BENCH_ARGS="landing"               # five visits of each kind
    make bench BENCH_ARGS="landing --visits 9"

Server, database and browser share the machine. A first visit has nothing in the browser's cache.
"""

import argparse
import statistics
import sys
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ashao_site.embedded.stack import Stack
from scripts.chromium import find

VISITS = 5
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
WATCH = """
window.seen = { shift: 0, moved: [], first: null, largest: null };
const name = (node) => (node instanceof Element ? node : node?.parentElement)?.outerHTML.slice(0, 120) ?? "gone";
const each = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note))
  .observe({ type, buffered: true });
each("layout-shift", (entry) => {
  if (entry.hadRecentInput) return;
  seen.shift += entry.value;
  seen.moved.push(...entry.sources.map((source) => name(source.node)));
});
each("paint", (entry) => { if (entry.name === "first-contentful-paint") seen.first = entry.startTime; });
each("largest-contentful-paint", (entry) => { seen.largest = entry.startTime; });
"""
"""Notes what the browser measures, from before the page's own first script."""
READ = """() => new Promise((read) => requestAnimationFrame(() => setTimeout(() => {
  const [page] = performance.getEntriesByType("navigation");
  const loaded = [page, ...performance.getEntriesByType("resource")];
  const bytes = loaded.reduce((sum, entry) => sum + entry.transferSize, 0);
  const requests = loaded.filter((entry) => entry.transferSize > 0).length;
  const { shift, moved, first, largest } = seen;
  read({ shift, moved, first_paint_ms: first, largest_paint_ms: largest, bytes, requests });
})))"""


@dataclass(frozen=True)
class Landing:
    """One visit, as the browser measured it. `moved` names what a layout shift moved."""

    first_paint_ms: float
    largest_paint_ms: float
    shift: float
    moved: list[str]
    requests: int
    bytes: int


def read(page: Page) -> Landing:
    """What was measured so far, of a page whose context had `WATCH` as its first script."""
    return Landing(**page.evaluate(READ))


def wait_for_the_rest(page: Page) -> None:
    """Wait until everything is there that the page fetches after it was drawn."""
    for name in ("guest-remaining", "sign-in"):
        page.get_by_test_id(name).wait_for()
    page.get_by_test_id("network-status").filter(has_text="online").wait_for()


def visit(context: BrowserContext) -> Landing:
    """Open the landing page and wait until all of it is there."""
    page = context.new_page()
    page.goto("/", wait_until="load")
    wait_for_the_rest(page)
    measured = read(page)
    page.close()
    return measured


def visits(browser: Browser, base_url: str, size: str, count: int) -> dict[str, list[Landing]]:
    """First visits, and second ones, for which the browser has the files already."""
    width, height = SIZES[size]
    landings: dict[str, list[Landing]] = {"first": [], "again": []}
    for _ in range(count):
        context = browser.new_context(
            base_url=base_url, viewport={"width": width, "height": height}, is_mobile=size == "phone"
        )
        context.add_init_script(WATCH)
        landings["first"].append(visit(context))
        landings["again"].append(visit(context))
        context.close()
    return landings


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="bench landing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--visits", type=int, default=VISITS)
    options = parser.parse_args(argv)
    path = find()
    if path is None:
        sys.exit("There is no Chromium here; install one, or name it with CHROMIUM=/path/to/it.")
    title = f"median of {options.visits}"
    print(f"{title:20}{'first paint':>14}{'largest':>12}{'shift':>8}{'requests':>10}{'kB':>8}")
    with Stack() as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        visits(browser, stack.base_url, "desktop", 1)  # the server's and the browser's own start
        for size in SIZES:
            for kind, seen in visits(browser, stack.base_url, size, options.visits).items():
                print(line(f"{size}, {kind}", seen))
        browser.close()


def line(name: str, seen: list[Landing]) -> str:
    """The medians of some visits; of the shift, the worst."""
    first = statistics.median(one.first_paint_ms for one in seen)
    largest = statistics.median(one.largest_paint_ms for one in seen)
    requests = statistics.median(one.requests for one in seen)
    kilobytes = statistics.median(one.bytes for one in seen) / 1000
    shift = max(one.shift for one in seen)
    return f"{name:20}{first:>11.0f} ms{largest:>9.0f} ms{shift:>8.3f}{requests:>10.0f}{kilobytes:>8.1f}"
