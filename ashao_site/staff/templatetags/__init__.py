"""What templates of the admin can show of the staking app."""
