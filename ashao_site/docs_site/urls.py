"""Paths of the documentation, relative to /."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from ashao_site.docs_site.views import docs_file, docs_index, docs_page

urlpatterns = [
    path("docs", docs_index, name="docs"),
    path("docs/", RedirectView.as_view(url="/docs", permanent=True)),
    path("docs/files/<str:name>", docs_file, name="docs-file"),
    # Whatever is below is answered by the documentation, a line break in the address too.
    re_path(r"^docs/(?P<name>[\s\S]+)\Z", docs_page, name="docs-page"),
]
