"""The cloud providers that answer when no worker does."""

from workers.providers.base import Completion, Fault, InferenceProvider, Message, ProviderError
from workers.providers.config import ProviderSettings

__all__ = ["Completion", "Fault", "InferenceProvider", "Message", "ProviderError", "ProviderSettings"]
