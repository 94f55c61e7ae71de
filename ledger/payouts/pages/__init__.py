"""The pages on which staff look at payouts, decide about them and sign them."""
