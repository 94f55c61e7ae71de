"""Paying in: the transaction that buys credits, what is on its way, and test money."""
