"""Buyback and burn, the treasury's other payments, and the public page."""
