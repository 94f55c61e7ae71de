"""The native worker, against real local servers."""
