"""An authenticator app beside the browser, and the paper with its recovery codes."""

import base64
import re

from django_otp.oath import totp
from playwright.sync_api import Page, expect

_paper: list[str] = []
"""The recovery codes that were shown last: the next sign-in need not wait for the app's next code."""


def set_up_second_factor(page: Page) -> None:
    """On the page that asks for it, from the secret that it shows; then on, from the recovery codes."""
    expect(page.get_by_test_id("qr").locator("svg")).to_be_visible()
    secret = page.get_by_test_id("secret").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(f"{totp(base64.b32decode(secret)):06d}")
    page.get_by_role("button", name="Set up").click()
    shown = page.get_by_test_id("recovery-codes").locator("code")
    expect(shown).to_have_count(10)
    _paper[:] = shown.all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()


def pass_second_factor(page: Page) -> None:
    """Set it up, or enter one of its recovery codes: whatever the page asks for."""
    expect(page).to_have_url(re.compile("/admin/second-factor/"))
    if page.get_by_test_id("qr").count():
        set_up_second_factor(page)
        return
    page.locator("[name=code]").fill(_paper.pop())
    page.get_by_role("button", name="Continue").click()
