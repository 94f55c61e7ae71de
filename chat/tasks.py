"""The chat's Celery tasks; beat sends them."""

from ashao_site.celery import app
from chat import tidy as tidying
from chat.live.news import tell_network


@app.task(name="chat.tasks.tidy", ignore_result=True)
def tidy() -> None:
    """Forget what is over."""
    tidying.tidy()


@app.task(name="chat.tasks.tell_network_news", ignore_result=True)
def tell_network_news() -> None:
    """Tell every open page how the network is."""
    tell_network()
