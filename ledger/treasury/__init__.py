"""What the treasury pays beside payouts: buybacks with their burns, the cloud's bill, refunds; and its sums."""
