"""What an API key may do: its scopes, and what a view says that a call asks of a key. Pure.

A view says it for each of its methods (`key_scopes`). Where it says nothing, no key may call it.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from ashao_site.lib.errors import Forbidden, NotSignedIn


class Scope(StrEnum):
    """What a key may be made for. Moving money, making keys and deleting everything is for none of them."""

    WORKER = "worker"
    """Registers workers, names, pauses and removes them, and sees what they do."""
    CHAT = "chat"
    """Sends messages with the person's credits, reads the answers to them, changes and deletes a conversation."""
    READ = "read"
    """Reads what there is: conversations, statement, earnings, keys. Changes nothing."""


class KeyRule(StrEnum):
    """What is no scope: whatever scopes a key has, it may, or it may not."""

    ANY_KEY = "any_key"
    NO_KEY = "no_key"


ALL_SCOPES = tuple(str(scope) for scope in Scope)
SCOPE_MAX_CHARS = 10

Needed = Scope | KeyRule
KeyScopes = Mapping[str, Needed]
"""By the method's name in capitals."""


def needed_of(view: object, method: str) -> Needed:
    """What a key needs to call this method of this view (its class, or an instance)."""
    method = "GET" if method == "HEAD" else method
    if method == "OPTIONS" or not hasattr(view, method.lower()):
        return (
            KeyRule.ANY_KEY
        )  # the description that REST framework makes, or the 405 that it is about to answer
    declared: KeyScopes = getattr(view, "key_scopes", {})
    return declared.get(method, KeyRule.NO_KEY)


def require_scope(scopes: Collection[str], needed: Needed) -> None:
    """Raise `NotSignedIn` (session_needed) where no key will do, `Forbidden` (key_scope) where these don't."""
    if needed == KeyRule.ANY_KEY or needed in scopes:
        return
    if needed == KeyRule.NO_KEY:
        raise NotSignedIn("This needs a sign-in with your wallet, not an API key.", code="session_needed")
    raise Forbidden(f"This API key may not do that: it needs the scope “{needed}”.", code="key_scope")
