"""`{% money_alarms %}`: everything about money that somebody should look at, for the top of a page of the admin."""

from django import template

from ashao_site.staff.alarms import alarms

register = template.Library()


@register.inclusion_tag("admin/staff/alarms.html")
def money_alarms() -> dict[str, object]:
    """The alarms of now; nothing is shown where there are none."""
    return {"alarms": alarms()}
