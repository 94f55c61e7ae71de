"""Payouts: from what was earned to USDC on the chain, once and only once."""
