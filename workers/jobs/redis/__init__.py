"""The jobs in Redis: every key is named in `keys`, every step that must be atomic is a script in `lua/`.

Redis coordinates and may be lost at any time; what must not be lost is in Postgres (`workers.jobs.postgres`).
"""

from pathlib import Path

from ashao_site.lib.redis import Script


def script(name: str) -> Script:
    """One of the atomic steps."""
    return Script.load(Path(__file__).parent / "lua" / f"{name}.lua")
