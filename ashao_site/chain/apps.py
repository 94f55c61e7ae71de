"""The chain's app: its rows say how far the chain has been read."""

from django.apps import AppConfig


class ChainConfig(AppConfig):
    name = "ashao_site.chain"
    label = "chain"
