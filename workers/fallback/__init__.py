"""The cloud as a producer: what no worker has claimed is streamed from a provider."""
