"""Measurements: `make bench`. Medians of several runs, and ratios taken within one run."""
