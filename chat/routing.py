"""What is routed before Django: the stream of an answer, and live news."""

from django.urls import path

from chat.live import LiveConsumer
from chat.stream import StreamConsumer

http_urlpatterns = [path("api/chat/stream", StreamConsumer.as_asgi())]
websocket_urlpatterns = [path("ws/live", LiveConsumer.as_asgi())]
