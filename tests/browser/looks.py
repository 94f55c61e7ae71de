"""How pages are looked at: in which sizes and lights, and by axe, which may find nothing, however small."""

from typing import Any, Literal

from playwright.sync_api import Page

from ashao_site.embedded.config import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
_RUN = "options => axe.run(options).then((result) => result.violations)"


def violations(page: Page, *rules: str) -> list[str]:
    """All that axe finds; of these rules only, if some are named."""
    page.evaluate(f"if (!window.axe) {{ {AXE.read_text()} }}; 0")
    options = {"runOnly": list(rules)} if rules else {}
    found: list[dict[str, Any]] = page.evaluate(_RUN, options)
    return [f"{violation['id']}: {node['html']}" for violation in found for node in violation["nodes"]]


def too_wide(page: Page) -> int:
    """By how many pixels one would have to scroll sideways."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(0, wider)
