"""
Which tenant a request or user belongs to, and the host's own filter for lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from goflow.conf import conf

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.db.models import QuerySet
    from django.http import HttpRequest

Q = TypeVar("Q", bound="QuerySet[Any]")


@dataclass(frozen=True, slots=True)
class Tenant:
    """
    Blank texts mean: a project without tenants.
    """

    tenant_id: str = ""
    org_id: str = ""


def resolve(*, user: AbstractBaseUser | None, request: HttpRequest | None = None) -> Tenant:
    """
    The tenant of this user, asked from ``GOFLOW_TENANT_RESOLVER``.
    """
    if conf.TENANT_RESOLVER is None:
        return Tenant()
    found = conf.TENANT_RESOLVER(request, user)
    return Tenant(str(found.get("tenant_id") or ""), str(found.get("org_id") or ""))


def scope(queryset: Q, *, user: AbstractBaseUser | None, request: HttpRequest | None = None) -> Q:
    """
    The rows of the user's tenant only, and only those the host's ``GOFLOW_TENANT_FILTER`` lets through.
    """
    if conf.TENANT_RESOLVER is not None:
        queryset = queryset.filter(tenant_id=resolve(user=user, request=request).tenant_id)
    if conf.TENANT_FILTER is not None:
        return cast("Q", conf.TENANT_FILTER(queryset, request, user))
    return queryset
