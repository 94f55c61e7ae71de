"""An authenticator app beside the browser."""

import base64

from django_otp.oath import totp
from playwright.sync_api import Page, expect


def set_up_second_factor(page: Page) -> None:
    """On the page that asks for it, from the secret that it shows."""
    expect(page.get_by_test_id("qr").locator("svg")).to_be_visible()
    secret = page.get_by_test_id("secret").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(f"{totp(base64.b32decode(secret)):06d}")
    page.get_by_role("button", name="Set up").click()
