"""Staff's view of people: users, staff passwords, API keys (never their hashes), and the audit log."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from ashao_site.accounts.audit import AuditEntry, audit
from ashao_site.accounts.keys.models import ApiKey
from ashao_site.accounts.models import User
from ashao_site.accounts.second_factor.actions import device_of, require_second_factor, reset_devices
from ashao_site.accounts.sessions.sign_ins import end_other_sign_ins
from ashao_site.accounts.staff_door import StaffSignInForm
from ashao_site.accounts.staff_pages import UncountedList
from ashao_site.accounts.viewer import Viewer, tell_access_ended

admin.site.login_form = StaffSignInForm

# Their own admin shows every secret to whoever may view users: people set theirs up on a page of their own.
admin.site.unregister(TOTPDevice)


class ChangesRights:
    """Whoever may change rights could give themselves those to money: superusers do, with a second factor."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A superuser only, whatever rights were given."""
        return _me(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A superuser only, whatever rights were given."""
        return _me(request).is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A superuser only, whatever rights were given."""
        return _me(request).is_superuser

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As Django's, after the second factor."""
        return require_second_factor(request) or super().add_view(request, *args, **kwargs)  # type: ignore[misc]  # unfold has no types

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As Django's; to look needs no second factor, to change does."""
        first = require_second_factor(request) if request.method == "POST" else None
        return first or super().change_view(request, *args, **kwargs)  # type: ignore[misc]  # unfold has no types

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As Django's, after the second factor."""
        return require_second_factor(request) or super().delete_view(request, *args, **kwargs)  # type: ignore[misc]  # unfold has no types

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As Django's; an action on several rows needs the second factor."""
        first = require_second_factor(request) if request.method == "POST" else None
        return first or super().changelist_view(request, *args, **kwargs)  # type: ignore[misc]  # unfold has no types


class StaffCreationForm(UserCreationForm):  # type: ignore[misc]  # unfold has no types
    """A new person of the staff. Users with a wallet are made by signing in, never here."""

    class Meta:
        model = User
        fields = ("staff_name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff_name"].required = True


class PersonChangeForm(UserChangeForm):  # type: ignore[misc]  # unfold has no types
    """A user's rights, staff name and password link."""

    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(ChangesRights, DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]  # unfold has no types
    """Users: who may use the admin, and who is disabled."""

    form = PersonChangeForm
    add_form = StaffCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("public_id", "wallet", "staff_name", "is_staff", "is_active", "created_at")
    list_filter = ("is_staff", "is_superuser", "is_active")
    search_fields = ("public_id", "wallet", "staff_name")
    ordering = ("-created_at", "-pk")
    readonly_fields = ("public_id", "wallet", "created_at", "last_login")
    fieldsets = (
        (None, {"fields": ("public_id", "wallet", "staff_name", "password")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Times", {"fields": ("created_at", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("staff_name", "usable_password", "password1", "password2")}),)
    actions_detail = ["reset_second_factor"]

    def save_model(self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool) -> None:
        """Whoever is added here is staff."""
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Groups and rights are there now: the audit log says what they are."""
        super().save_related(request, form, formsets, change)
        if not change or RIGHTS.intersection(form.changed_data):
            word = "staff.rights_changed" if change else "staff.added"
            audit(
                actor=_me(request),
                action=word,
                subject=form.instance.public_id,
                detail=_rights(form.instance),
            )
            tell_access_ended(Viewer(user_id=form.instance.pk))  # who was disabled hears no more
        if change and "is_staff" in form.changed_data:
            end_other_sign_ins(
                user=form.instance, but=None
            )  # a sign-in of before lasts longer than staff's do

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Another's password is as good as their rights."""
        if (first := require_second_factor(request)) is not None:
            return first
        before = self.get_object(request, unquote(id))
        response: HttpResponse = super().user_change_password(request, id, form_url)
        after = self.get_object(request, unquote(id))
        if before is not None and after is not None and before.password != after.password:
            audit(actor=_me(request), action="staff.password_set", subject=after.public_id, detail=str(after))
            tell_access_ended(Viewer(user_id=after.pk))  # another password ends all of their sessions
        return response

    def has_reset_second_factor_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """A superuser may, for another person who has a device."""
        if not _me(request).is_superuser:
            return False
        user = User.objects.filter(pk=str(object_id)).first() if str(object_id or "").isdecimal() else None
        return user is not None and user.pk != _me(request).pk and device_of(user) is not None

    @action(  # type: ignore[untyped-decorator]  # unfold has no types
        description="Reset second factor", url_path="reset-second-factor", permissions=["reset_second_factor"]
    )
    def reset_second_factor(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask once more, then take the device away."""
        if (first := require_second_factor(request)) is not None:
            return first
        user = get_object_or_404(User, pk=object_id)
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": "Reset a second factor",
                "person": user,
            }
            return render(request, "admin/second_factor/reset.html", context)
        if reset_devices(user=user, by=_me(request)):
            messages.success(request, f"The second factor of {user} was reset.")
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[user.pk]))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody is deleted: the books name users for ever. Clear "active" instead."""
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """API keys, to look at only: their owner revokes them."""

    list_display = ("public_id", "user", "name", "scopes", "hint", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("public_id", "user__public_id")
    ordering = ("-created_at", "-pk")
    fields = list_display
    readonly_fields = list_display

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Keys are made by their owner."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Revoked keys are forgotten in time."""
        return False


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ChangesRights, DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """Groups of staff, in the admin's own look."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """What the group may do is there now: the audit log says what that is."""
        super().save_related(request, form, formsets, change)
        group = form.instance
        detail = "may: " + ", ".join(sorted(_codenames(group.permissions.all())))
        audit(actor=_me(request), action="group.saved", subject=f"group:{group.name}", detail=detail)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        """Its members lose what it gave them."""
        audit(actor=_me(request), action="group.deleted", subject=f"group:{obj.name}")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        """One line in the audit log for each."""
        for group in queryset:
            self.delete_model(request, group)


@admin.register(AuditEntry)
class AuditEntryAdmin(UncountedList, ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """Who decided what, and when. The database refuses to change a line of it."""

    list_display = ("at", "actor_name", "action", "subject", "detail")
    list_display_links = ("at",)
    list_filter = ("action",)
    search_fields = ("subject__exact",)
    search_help_text = "The whole public id of a payout or a person, or another subject as it is in the list."
    ordering = ("-id",)
    fields = readonly_fields = ("at", "actor_name", "actor", "action", "subject", "detail")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Decisions write themselves down."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


RIGHTS = frozenset({"is_active", "is_staff", "is_superuser", "groups", "user_permissions", "staff_name"})


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


def _codenames(permissions: Any) -> list[str]:
    return [
        f"{one.content_type.app_label}.{one.codename}" for one in permissions.select_related("content_type")
    ]


def _rights(user: User) -> str:
    """What this person may, in a sentence for the audit log."""
    flags = [word for word in ("active", "staff", "superuser") if getattr(user, f"is_{word}")]
    groups = sorted(user.groups.values_list("name", flat=True))
    return (
        f"{user}: {', '.join(flags) or 'nothing'}; groups: {', '.join(groups) or 'none'}; "
        f"may: {', '.join(sorted(_codenames(user.user_permissions.all()))) or 'what the groups may'}"
    )
