"""The documentation on the site: /docs and /docs/<name>, drawn from the Markdown that is in the repository."""
