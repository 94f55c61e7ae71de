"""What a browser gets where there is no page: in the site's design, without a script, and without a database."""

from dataclasses import dataclass

import structlog
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

log = structlog.get_logger("ashao.pages")


@dataclass(frozen=True)
class Problem:
    """What is the matter, and in a sentence what one can do."""

    title: str
    text: str


PROBLEMS = {
    400: Problem("This request can’t be read", "The address may be cut off, or too much was sent with it."),
    403: Problem("This isn’t open to you", "It may be somebody else’s, or you may have to sign in first."),
    404: Problem("There is no such page", "The address may be mistyped, or the page may have moved."),
    500: Problem("Something went wrong on our side", "We have a note of it. Please try again in a moment."),
    503: Problem("ashao is away for a moment", "Nothing is lost. Please try again in a few seconds."),
}
UNKNOWN = Problem("This didn’t work", "Please try again in a moment.")
AGAIN = frozenset({429, 500, 503})
"""Where the same address may work later."""


def problem_page(
    request: HttpRequest, status: int, text: str | None = None, *, title: str | None = None
) -> HttpResponse:
    """A page for browsers, a sentence for everybody else; `text` and `title` in place of what is usually said."""
    problem = PROBLEMS.get(status, UNKNOWN)
    problem = Problem(title or problem.title, text or problem.text)
    if "text/html" in request.headers.get("Accept", ""):
        context = {"problem": problem, "status": status, "again": status in AGAIN}
        try:
            return HttpResponse(render_to_string("problem.html", context), status=status)
        except (TemplateDoesNotExist, OSError, LookupError, RuntimeError) as error:
            # The page about a problem must not be the next one: the styles may not be built.
            log.warning("the page about a problem can't be drawn", error=type(error).__name__)
    return HttpResponse(
        f"{problem.title}. {problem.text}", status=status, content_type="text/plain; charset=utf-8"
    )
