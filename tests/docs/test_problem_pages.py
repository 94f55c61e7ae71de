"""What a browser gets where there is no page: in the site's design; and what everybody else gets."""

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client, RequestFactory

from ashao_site.lib import api, problem_pages

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def browser(path: str = "/nothing/here") -> Any:
    return RequestFactory().get(path, headers={"Accept": BROWSER})


def test_a_missing_page_looks_like_the_site_and_leads_on(client: Client) -> None:
    response = client.get("/nothing/here", headers={"Accept": BROWSER})
    page = response.content.decode()
    assert response.status_code == 404
    assert "<h1" in page
    assert "There is no such page" in page
    assert re.search(r'<link rel="stylesheet" href="/static/assets/docs-', page)
    assert 'href="/docs"' in page
    assert 'href="/"' in page
    assert "<script" not in page
    assert "script-src" in response.headers["Content-Security-Policy"]


def test_everybody_else_gets_a_sentence(client: Client) -> None:
    plain = client.get("/nothing/here", headers={"Accept": "*/*"})
    assert (plain.status_code, plain.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert plain.content.decode().startswith("There is no such page. ")
    assert client.get("/api/nothing", headers={"Accept": BROWSER}).json()["code"] == "not_found"


def test_each_problem_says_what_one_can_do() -> None:
    said = {
        400: api.handler400(browser(), ValueError()),
        403: api.handler403(browser(), PermissionDenied()),
        500: api.handler500(browser()),
        503: api.expected_error_response(browser(), OperationalError("secret words")),
    }
    for status, response in said.items():
        page = response.content.decode()  # type: ignore[union-attr]
        assert response is not None
        assert response.status_code == status
        assert problem_pages.PROBLEMS[status].title in page
        assert "secret" not in page
        assert ("Try again" in page) == (status in (500, 503))


def test_the_page_about_a_problem_is_not_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def unbuilt(*_: object) -> str:
        raise RuntimeError("The manifest has no such file.")  # as django-vite does

    monkeypatch.setattr(problem_pages, "render_to_string", unbuilt)
    response = api.handler404(browser(), ValueError())
    assert (response.status_code, response.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
