"""The owners' calls, below /api/."""

from django.urls import path, re_path

from workers.machines.views import RegisterView, StatsView, WorkerView

urlpatterns = [
    path("worker/register", RegisterView.as_view()),
    path("worker/stats", StatsView.as_view()),
    re_path(r"^worker/(?P<worker_id>wrk_[A-Za-z0-9]{16,32})$", WorkerView.as_view()),
]
