"""What happens to free credits when a wallet signs in."""

from typing import Any

from django.dispatch import receiver

from ashao_site.accounts.models import User
from ashao_site.accounts.sign_in.actions import wallet_signed_in
from ledger.grants.actions import give_signup_grant


@receiver(wallet_signed_in, dispatch_uid="ledger.give_first_credits")
def give_first_credits(sender: object, *, user: User, address: str, **_: Any) -> None:
    """A new wallet gets free credits, within the limits of a day and as long as the promotion budget lasts."""
    give_signup_grant(user_id=user.pk, address=address)
