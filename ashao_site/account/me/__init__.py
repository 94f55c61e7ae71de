"""Who calls, and what they have to spend."""
