"""The free credits of a wallet's first sign-in: given within limits, and taken back where nobody ever came for them."""
