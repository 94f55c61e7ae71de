"""The chain, in one room: asked by one client, read by one indexer that knows nobody who listens."""
