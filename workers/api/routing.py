"""The paths of the calls that are routed before Django."""

from django.urls import path

from workers.api import calls

http_urlpatterns = [
    path("api/worker/claim", calls.claim),
    path("api/worker/token", calls.token),
    path("api/worker/complete", calls.complete),
    path("api/worker/fail", calls.fail),
    path("api/worker/heartbeat", calls.heartbeat),
    path("api/worker/release", calls.release),
]
