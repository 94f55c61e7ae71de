"""API keys: what a program acts with, and what it may."""
