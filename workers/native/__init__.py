"""The native worker: installs and runs alone, speaks HTTP only."""
