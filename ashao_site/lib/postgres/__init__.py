"""Django's PostgreSQL, with sessions that may not write thrown away (`base`)."""
