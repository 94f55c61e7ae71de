"""A native worker of the ashao network: claims jobs, has a local model server answer them, streams back."""

__version__ = "0.1.0"
