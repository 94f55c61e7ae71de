"""The worked example of docs/staking.md is what the code does."""

import re
from datetime import UTC, datetime

import pytest

from ashao_site.chain.settings import ChainSettings
from ashao_site.embedded.config import ROOT
from ledger.books import chart
from ledger.books.queries import balance
from staking.rewards.models import Reward
from staking.rewards.payment import settle_and_pay
from tests.staking.support import ASHAO, WEEK_S, Stakes, at, earn, read_until, wallet

TEXT = (ROOT / "docs" / "staking.md").read_text()
PEOPLE = {"alice": wallet(0xA1), "bob": wallet(0xB0), "charlie": wallet(0xC7)}


def rows(pattern: str) -> list[tuple[str, ...]]:
    return re.findall(rf"^\| {pattern} \|$", TEXT, re.MULTILINE)


@pytest.mark.django_db
def test_the_worked_example(chain_named: ChainSettings) -> None:
    stakes = Stakes()
    changes = rows(r"(\d{4}-[\d-]+ [\d:]+) \| (\w+) \| (-?\d+)")
    assert len(changes) == 5
    for when, who, ashao in changes:
        moment = datetime.fromisoformat(when).replace(tzinfo=UTC)
        stakes.change(PEOPLE[who], int(ashao) * ASHAO, moment)
    incomes = re.findall(r"\$([\d,]+)\.00 in the", TEXT)
    assert len(incomes) == 2
    pools = [int(usd.replace(",", "")) * 10**6 for usd in incomes]
    for week, micros in enumerate(pools):
        earn(micros, at(week * WEEK_S + 86_400), key=f"in:{week}")
    read_until(at(2 * WEEK_S + 1))
    settle_and_pay()
    told = [
        (int(epoch), PEOPLE[who], int(weight.replace(",", "")) * ASHAO, int(micros.replace(",", "")))
        for epoch, who, weight, micros in rows(r"(\d) \| (\w+) \| ([\d,]+) \| ([\d,]+)")
    ]
    fields = ("epoch__number", "wallet", "weight", "amount_micros")
    assert told == list(Reward.objects.order_by("epoch__number", "wallet").values_list(*fields))
    left = re.findall(r"(\d) µUSDC", TEXT.split("## A worked example")[1])
    assert [int(micros) for micros in left] == [
        pools[0] - sum(micros for epoch, _, _, micros in told if epoch == 0),
        balance(chart.POOL_STAKERS),
    ]
