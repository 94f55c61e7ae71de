"""Signing in with Ethereum: a message for this site and moment, and a wallet's signature of it."""
