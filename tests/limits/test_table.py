"""The operators' table of limits says what the code does."""

from pathlib import Path

from ashao_site.lib.limits import LIMITS, Rate
from ashao_site.lib.limits.table import HOUR_S, MINUTE_S, SITE_TIMES

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
SPANS = {MINUTE_S: "a minute", HOUR_S: "an hour"}


def said(rate: Rate | None) -> str:
    return "" if rate is None else f"{rate.burst:,}, then {rate.refill:,} {SPANS[rate.per_s]}"


def test_each_limit_has_its_row_and_there_is_no_other() -> None:
    rows = "\n".join(
        f"| `{one.name}` | {one.what} | {said(one.address)} | {said(one.account)} |" for one in LIMITS
    ).replace("|  |", "| |")
    head = "| limit | of what | an address | an account |\n|---|---|---|---|\n"
    assert head + rows + "\n\n" in OPERATIONS, rows
    assert f"that is {SITE_TIMES} times as wide" in OPERATIONS


def test_names_are_unique_and_every_limit_limits() -> None:
    assert len({one.name for one in LIMITS}) == len(LIMITS)
    for one in LIMITS:
        rates = [rate for rate in (one.address, one.account) if rate is not None]
        assert rates
        assert all(rate.burst > 0 and rate.refill > 0 for rate in rates)
