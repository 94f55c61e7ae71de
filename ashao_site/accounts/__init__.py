"""People: a wallet that signs in, its session and API keys; staff who sign in with a password; guests."""
