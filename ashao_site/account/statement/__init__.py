"""Every amount that came in or went out, in pages and as a file."""
