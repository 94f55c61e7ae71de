"""The books: accounts, transfers and holds in µUSDC. Knows nobody: accounts are named by strings."""
