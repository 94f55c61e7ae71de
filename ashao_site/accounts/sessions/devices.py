"""What a browser says of itself, as a person would say it: "Firefox on Linux". Pure.

Coarse on purpose: no version, no model of a phone, nothing that tells one of many such browsers from another.
"""

USER_AGENT_READ_CHARS = 512
LABEL_MAX_CHARS = 40
UNKNOWN_DEVICE = "Unknown device"

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chrome"),
    ("Safari/", "Safari"),
)
"""By what they are known by, in this order: nearly all of them say that they are Safari, too."""
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
"""Android says that it is Linux, an iPhone that it is like Mac OS X."""


def device_label(user_agent: str) -> str:
    """The browser and the system, as far as the User-Agent tells; never more than `LABEL_MAX_CHARS`."""
    said = user_agent[:USER_AGENT_READ_CHARS]
    browser = _first(_BROWSERS, said)
    system = _first(_SYSTEMS, said)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or UNKNOWN_DEVICE


def _first(known: tuple[tuple[str, str], ...], said: str) -> str:
    return next((name for mark, name in known if mark in said), "")
