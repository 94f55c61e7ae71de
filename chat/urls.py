"""Paths relative to /api/."""

from django.urls import path

from chat import views, views_history, views_network

urlpatterns = [
    path("network", views_network.NetworkView.as_view()),
    path("chat/send", views.SendView.as_view()),
    path("chat/stop", views.StopView.as_view()),
    path("chat/retry", views.RetryView.as_view()),
    path("chat/receipt", views.ReceiptView.as_view()),
    path("chat/rate", views.RateView.as_view()),
    path("chat/branch", views_history.BranchView.as_view()),
    path("chat/conversations", views_history.ConversationsView.as_view()),
    path("chat/conversations/<str:conversation_id>", views_history.ConversationView.as_view()),
    path("chat/conversations/<str:conversation_id>/export", views_history.ConversationExportView.as_view()),
    path("chat/export", views_history.ExportView.as_view()),
]
