"""What happens on the chain: its contracts, what is read from it, what is staked, burned and paid."""
