"""Reads the chain behind its confirmations, from a cursor; apps register as listeners for the logs they want."""
