"""USDC that moves on the chain: what came to the treasury and left it, whose it is, and what waits in suspense."""
