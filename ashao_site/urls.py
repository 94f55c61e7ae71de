"""Every path that Django answers. (The hot ones are routed before it: `ashao_site.asgi`.)"""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from ashao_site.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("admin/second-factor/", include("ashao_site.accounts.second_factor.pages")),
    path("admin/reconciliation/", include("ledger.reconciliation.pages")),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularJSONAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema")),
    path("api/", include("ashao_site.accounts.urls")),
    path("api/", include("ledger.urls")),
    path("api/", include("staking.urls")),
    path("api/", include("workers.urls")),
    path("api/", include("chat.urls")),
    path("api/", include("ashao_site.account.urls")),
    path("", include("ashao_site.docs_site.urls")),
    path("", include("ashao_site.pages")),
]

handler400 = "ashao_site.lib.api.handler400"
handler403 = "ashao_site.lib.api.handler403"
handler404 = "ashao_site.lib.api.handler404"
handler500 = "ashao_site.lib.api.handler500"
