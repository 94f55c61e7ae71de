"""The rows of the chain's app, for Django."""

from ashao_site.chain.indexer.models import ChainCheckpoint, ChainCursor

__all__ = ["ChainCheckpoint", "ChainCursor"]
