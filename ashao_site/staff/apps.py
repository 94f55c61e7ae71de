"""The staff kit's app: it has templates, and no rows."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """What the admin's pages share."""

    name = "ashao_site.staff"
