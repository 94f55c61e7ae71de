"""The second factor of staff: a code of an authenticator app (TOTP), or a recovery code."""
