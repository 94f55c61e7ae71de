"""Who is trusted, and what that sets free: earnings from granted credits wait in escrow until staff decide."""
