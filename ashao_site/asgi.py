"""The ASGI application. What is hot (claims, chunks, streams) is routed before Django; the rest is Django's."""

import gc
import os
import sys
from typing import cast

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ashao_site.settings")

django.setup(set_prefix=False)  # first: what is imported below needs the apps loaded

from ashao_site.configuration.development import refuse_public_names  # noqa: E402
from ashao_site.lib.door import Door  # noqa: E402
from ashao_site.lib.handler import Handler  # noqa: E402
from ashao_site.lib.http import App, BodyLimit, as_view  # noqa: E402
from chat.urls import socket_urlpatterns, stream_urlpatterns  # noqa: E402
from workers.urls import calls_urlpatterns  # noqa: E402

if settings.ASHAO_ENV == "development":
    refuse_public_names("HOST", [os.environ.get("HOST") or "127.0.0.1"])

# With thousands of waiting claims and streams, full collections would stop the loop for a quarter of a second.
GC_THRESHOLDS = (100_000, 50, 1_000)
gc.collect()
gc.freeze()
gc.set_threshold(*GC_THRESHOLDS)

# A view is a thread. With a dozen at work the loop, which serves everything else, would wait 5 ms for each of them.
THREAD_SWITCH_S = 0.001
sys.setswitchinterval(THREAD_SWITCH_S)

_routes = ProtocolTypeRouter(
    {
        "http": URLRouter(
            [
                *calls_urlpatterns,
                *stream_urlpatterns,
                re_path(
                    r"",
                    as_view(BodyLimit(cast(App, Handler()), settings.DATA_UPLOAD_MAX_MEMORY_SIZE)),
                ),
            ]
        ),
        "websocket": AllowedHostsOriginValidator(URLRouter(socket_urlpatterns)),
    }
)

application = Door(cast(App, _routes), settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
