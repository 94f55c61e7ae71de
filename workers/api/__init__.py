"""The worker protocol over HTTP, routed before Django."""
