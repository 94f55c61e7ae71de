"""Paths: the owners' calls, relative to /api/, and the workers' own, which are routed before Django."""

from django.urls import path, re_path

from ashao_site.lib.http import as_view
from workers.api import calls
from workers.machines.views import RegisterView, StatsView, WorkerView

urlpatterns = [
    path("worker/register", RegisterView.as_view()),
    path("worker/stats", StatsView.as_view()),
    re_path(r"^worker/(?P<worker_id>wrk_[A-Za-z0-9]{16,32})$", WorkerView.as_view()),
]
calls_urlpatterns = [
    path("api/worker/claim", as_view(calls.claim)),
    path("api/worker/token", as_view(calls.token)),
    path("api/worker/complete", as_view(calls.complete)),
    path("api/worker/fail", as_view(calls.fail)),
    path("api/worker/heartbeat", as_view(calls.heartbeat)),
    path("api/worker/release", as_view(calls.release)),
]
