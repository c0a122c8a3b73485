from __future__ import annotations

from django.urls import URLPattern, path

from leavedemo.leave import views
from leavedemo.leave.views import in_mount

app_name = "leave"


def step(name: str) -> list[URLPattern]:
    """
    The address of a step's work items, and the one without an item.
    """
    view = in_mount(views.PAGES[name].as_view())
    return [
        path(f"{name}/", in_mount(views.by_query), name=f"{name}-any"),
        path(f"{name}/<int:pk>/", view, name=name),
    ]


def automatic(address: str, name: str) -> URLPattern:
    """
    The address under which an automatic function explains itself.
    """
    return path(f"{address}/", in_mount(views.automatic), {"name": name}, name=address)


urlpatterns = [
    path("", in_mount(views.home), name="home"),
    path("start/", in_mount(views.start), name="start"),
    *(pattern for name in views.PAGES for pattern in step(name)),
    path(
        "checkstatus_auto/", in_mount(views.automatic), {"name": "leave.checkstatus_auto"}, "checkstatus_auto"
    ),
    path("hr_auto/", in_mount(views.automatic), {"name": "leave.update_hr"}, "hr_auto"),
]
