"""Stakes, epochs and rewards in the admin: to look at."""

from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from ashao_site.chain.wei import format_ashao
from ashao_site.staff import words
from ashao_site.staff.readonly import AshaoAdmin, ChainEventAdmin, ReadOnlyAdmin
from ledger.books.money import format_usd
from staking.rewards.models import Epoch, Reward, Stake, StakeChange


@admin.register(Epoch)
class EpochAdmin(ReadOnlyAdmin):
    """Epochs with what there was to share, what was shared, and whether it is paid."""

    list_display = ("number", "starts_at", "ends_at", "pool", "shared", "carried_on", "stakers", "paid_label")
    list_filter = (("paid_at", admin.EmptyFieldListFilter),)
    ordering = ("-number",)
    list_before_template = "admin/staff/money_before.html"
    fields = readonly_fields = (
        "number",
        "starts_at",
        "ends_at",
        "pool",
        "shared",
        "carried_on",
        "stakers",
        "settled_at",
        "paid_label",
        "paid_at",
        "unpaid",
        "rewards_link",
    )

    @admin.display(description="to share", ordering="pool_micros")
    def pool(self, epoch: Epoch) -> str:
        return format_usd(epoch.pool_micros)

    @admin.display(description="shared", ordering="rewards_micros")
    def shared(self, epoch: Epoch) -> str:
        return format_usd(epoch.rewards_micros)

    @admin.display(description="carried on")
    def carried_on(self, epoch: Epoch) -> str:
        """What the next one gets of it."""
        return format_usd(epoch.pool_micros - epoch.rewards_micros)

    @display(description="rewards", label={"paid": "success", "not all paid": "warning"})  # type: ignore[untyped-decorator]
    def paid_label(self, epoch: Epoch) -> str:
        """Whether the last reward is in the books."""
        return "paid" if epoch.paid_at else "not all paid"

    @admin.display(description="rewards not paid yet")
    def unpaid(self, epoch: Epoch) -> str:
        """How many, and how much."""
        left = list(
            epoch.rewards.filter(paid=False, amount_micros__gt=0).values_list("amount_micros", flat=True)
        )
        return f"{len(left):,}, {format_usd(sum(left))}"

    @admin.display(description="of each staker")
    def rewards_link(self, epoch: Epoch) -> SafeString:
        """To the rewards of this epoch."""
        url = f"{reverse('admin:staking_reward_changelist')}?{urlencode({'epoch__id__exact': epoch.pk})}"
        return format_html('<a href="{}">Rewards</a>', url)


@admin.register(Reward)
class RewardAdmin(ReadOnlyAdmin):
    """Each staker's part of an epoch."""

    list_display = ("id", "epoch_number", "wallet", "amount", "weight", "paid")
    list_filter = ("paid",)
    list_select_related = ("epoch",)
    search_fields = ("wallet__iexact",)
    search_help_text = "The whole wallet."
    ordering = ("-id",)
    fields = readonly_fields = ("epoch_number", "wallet", "amount", "weight", "paid")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The epoch's page links here with its rewards."""
        return lookup == "epoch__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="epoch", ordering="epoch__number")
    def epoch_number(self, reward: Reward) -> SafeString:
        """Its number, with its page."""
        return words.row_link(reward.epoch, reward.epoch.number)

    @admin.display(description="amount", ordering="amount_micros")
    def amount(self, reward: Reward) -> str:
        return format_usd(reward.amount_micros)


@admin.register(Stake)
class StakeAdmin(AshaoAdmin):
    """What each wallet has staked, as far as the chain is read. The largest first."""

    list_display = ("wallet", "ashao", "changed_at", "chain_id")
    search_fields = ("wallet__iexact",)
    search_help_text = "The whole wallet."
    ordering = ("-amount_wei", "id")
    fields = readonly_fields = ("wallet", "ashao", "changed_at", "chain_id")


@admin.register(StakeChange)
class StakeChangeAdmin(ChainEventAdmin):
    """Every stake and unstake."""

    list_display = ("time", "kind", "wallet_short", "ashao", "after", "transaction_short")
    list_filter = ("kind",)
    search_fields = ("wallet__iexact", "tx_hash__iexact")
    search_help_text = "The whole wallet or transaction."
    fields = readonly_fields = (
        "block_at",
        "kind",
        "wallet",
        "ashao",
        "after",
        "transaction",
        "log_index",
        "block",
        "chain_id",
    )

    @admin.display(description="stake after it")
    def after(self, change: StakeChange) -> str:
        return format_ashao(change.stake_after_wei)
