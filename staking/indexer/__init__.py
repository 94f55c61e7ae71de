"""Reads the chain: what came to the treasury and left it, stakes and burns, from a cursor behind confirmations."""
