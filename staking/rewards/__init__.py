"""Stakes by time, epochs, and what stakers are given of each."""
