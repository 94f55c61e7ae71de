"""Paths: of calls relative to /api/, and of what is routed before Django, the stream of an answer and live news."""

from django.urls import path

from ashao_site.lib.http import as_view
from chat.answers import views as answers
from chat.library import views as library
from chat.live.consumer import LiveConsumer
from chat.live.views import NetworkView
from chat.sending.views import SendView
from chat.stream.serving import stream

urlpatterns = [
    path("network", NetworkView.as_view()),
    path("chat/send", SendView.as_view()),
    path("chat/stop", answers.StopView.as_view()),
    path("chat/retry", answers.RetryView.as_view()),
    path("chat/receipt", answers.ReceiptView.as_view()),
    path("chat/rate", answers.RateView.as_view()),
    path("chat/branch", library.BranchView.as_view()),
    path("chat/conversations", library.ConversationsView.as_view()),
    path("chat/conversations/<str:conversation_id>", library.ConversationView.as_view()),
    path("chat/conversations/<str:conversation_id>/export", library.ConversationExportView.as_view()),
    path("chat/export", library.ExportView.as_view()),
]
stream_urlpatterns = [path("api/chat/stream", as_view(stream))]
socket_urlpatterns = [path("ws/live", LiveConsumer.as_asgi())]
