"""A person's conversations: listed, read, changed, deleted, taken along as a file."""
