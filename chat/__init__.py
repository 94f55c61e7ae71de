"""The web chat: conversations, sending, the stream of an answer, live news. Sees the network as `workers.jobs`."""
