"""
What the admin pages share: typed base classes, the tenant's rows, safe deletion and read-only pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from goflow import tenancy
from goflow.conf import conf
from goflow.desk.addresses import whole_number
from goflow.errors import DefinitionError

if TYPE_CHECKING:
    # Django's own classes take no type arguments when the program runs.
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    InlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
    ModelForm = forms.ModelForm[Any]
else:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
    InlineFormSet = forms.BaseInlineFormSet
    ModelForm = forms.ModelForm


def scoped(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """
    The rows of the reader's tenant, for models that carry the tenant themselves.
    """
    return tenancy.scope(rows, user=request.user, request=request)  # type: ignore[arg-type] # signed in


def scoped_by(rows: QuerySet[Any], request: HttpRequest, path: str, owners: QuerySet[Any]) -> QuerySet[Any]:
    """
    The rows whose ``path`` is one of the ``owners`` of the reader's tenant; all rows without tenants.
    """
    if conf.TENANT_RESOLVER is None and conf.TENANT_FILTER is None:
        return rows
    return rows.filter(**{f"{path}__in": scoped(owners, request).order_by().values("pk")})


def link(target: Model | None, text: object = None) -> SafeString | str:
    """
    A link to the admin page of a row of goflow; a dash for none.
    """
    if target is None:
        return "–"
    address = reverse(f"admin:{target._meta.app_label}_{target._meta.model_name}_change", args=[target.pk])
    return format_html('<a href="{}">{}</a>', address, str(target) if text is None else text)


class ProtectedFirst(ModelAdmin):
    """
    Deleting something in use names what uses it, instead of a permission nobody could have.
    """

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """
        As Django does; rows that protect themselves or are protected by others come before permissions.
        """
        kept = [self.why_kept(obj) for obj in objs if self.is_kept(obj)]
        free = [obj for obj in objs if not self.is_kept(obj)]
        to_delete, counts, lacking, protected = super().get_deleted_objects(free, request)
        protected = [*kept, *protected]
        return to_delete, counts, set() if protected else lacking, protected

    def is_kept(self, obj: Any) -> bool:
        """
        Whether the row may not be deleted by anybody.
        """
        return False

    def why_kept(self, obj: Any) -> str:
        """
        The line that names such a row.
        """
        return str(obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """
        A row that nobody may delete is shown again, with the reason.
        """
        obj = self.get_object(request, object_id)
        if obj is None or not self.is_kept(obj) or not self.has_view_or_change_permission(request, obj):
            return super().delete_view(request, object_id, extra_context)
        messages.error(request, self.why_kept(obj))
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])
        return HttpResponseRedirect(address)


class DefinitionAdmin(ProtectedFirst):
    """
    Parts of definitions: what a published version refuses becomes a message, never a server error.
    """

    show_full_result_count = False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """
        Tell why saving was refused: by the database, or by a version published meanwhile. Nothing changes.
        """
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DefinitionError as exc:
            messages.error(request, str(exc))
        except IntegrityError:
            if request.method != "POST":
                raise
            messages.error(
                request,
                _(
                    "Another row has this title or key, perhaps with other capital letters. Nothing was "
                    "changed; choose another title and save again."
                ),
            )
        return HttpResponseRedirect(request.get_full_path())


class ReadOnlyAdmin(ModelAdmin):
    """
    Rows that only the engine writes: looked at here, changed by its verbs only.
    """

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """
        Nobody adds rows by hand.
        """
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Nobody edits rows by hand.
        """
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """
        Nobody deletes rows by hand.

        Pages that delete a person ask here, too. The database refuses that, and their list of what stands in
        the way is shown only to those who are not told that a permission is missing.
        """
        match = request.resolver_match
        person = get_user_model()._meta
        pages = {f"{person.app_label}_{person.model_name}_{page}" for page in ("delete", "changelist")}
        return match is not None and match.url_name in pages and super().has_delete_permission(request, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """
        By the search fields, or by the id when the text is a number.
        """
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        pk = whole_number(search_term.strip())
        if pk is not None:
            found = found | queryset.filter(pk=pk)
        return found, may_repeat


def require(allowed: bool) -> None:
    """
    Raises PermissionDenied unless allowed.
    """
    if not allowed:
        raise PermissionDenied
