"""The chat's Celery tasks; beat sends them."""

from ashao_site.celery import app
from ashao_site.lib.aio import run_sync
from chat import news
from chat.tidy import tidy as tidy_up
from workers import jobs


@app.task(name="chat.tasks.tidy", ignore_result=True)
def tidy() -> None:
    """Forget what is over."""
    tidy_up()


@app.task(name="chat.tasks.tell_network_news", ignore_result=True)
def tell_network_news() -> None:
    """Tell every open page how the network is."""
    status = run_sync(jobs.network_status())
    news.tell(news.NETWORK_GROUP, {"type": "network", **status})
