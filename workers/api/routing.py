"""The paths of the calls that are routed before Django."""

from django.urls import path

from ashao_site.lib.http import as_view
from workers.api import calls

http_urlpatterns = [
    path("api/worker/claim", as_view(calls.claim)),
    path("api/worker/token", as_view(calls.token)),
    path("api/worker/complete", as_view(calls.complete)),
    path("api/worker/fail", as_view(calls.fail)),
    path("api/worker/heartbeat", as_view(calls.heartbeat)),
    path("api/worker/release", as_view(calls.release)),
]
