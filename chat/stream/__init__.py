"""An answer as it is written."""
