"""The ledger's app: makes sure that the house's own accounts exist."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate

from ledger.books import chart


class LedgerConfig(AppConfig):
    name = "ledger"

    def ready(self) -> None:
        """Ask to be told: of sign-ins, of what the chain says, after migrations (a test's flush empties the tables).

        And register what the ledger has to say to staff.
        """
        from ashao_site.accounts.sign_in.actions import wallet_signed_in
        from ashao_site.chain.indexer import listeners
        from ashao_site.staff import alarms
        from ledger.deposits.transfers import TreasuryListener
        from ledger.grants.actions import give_first_credits
        from ledger.reconciliation.alarms import money_alarms
        from ledger.treasury.burns import BurnListener

        wallet_signed_in.connect(give_first_credits, dispatch_uid="ledger.give_first_credits")
        listeners.register("treasury", TreasuryListener())
        listeners.register("burns", BurnListener())
        alarms.register("money", money_alarms)

        post_migrate.connect(create_house_accounts, sender=self, dispatch_uid="ledger.house_accounts")


def create_house_accounts(*, using: str = DEFAULT_DB_ALIAS, apps: Apps = installed_apps, **_: Any) -> None:
    """Create the accounts that are nobody's, ahead of their use.

    Two settlements that both had to create `pool:buyback` first would wait for each other.
    """
    try:
        account_model = apps.get_model("ledger", "Account")
    except LookupError:  # migrated back to nothing
        return
    account_model.objects.using(using).bulk_create(
        [
            account_model(address=address, guarded=chart.is_guarded(address))
            for address in chart.HOUSE_ACCOUNTS
        ],
        ignore_conflicts=True,
    )
