"""News for open pages: how the network is, what a person has left."""
