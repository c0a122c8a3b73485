from __future__ import annotations

from django.urls import path

from sampleproject.sampleapp import views

app_name = "sampleapp"

urlpatterns = [
    path("", views.home, name="home"),
    *(path(f"{name}/<int:pk>/", view.as_view(), name=name) for name, view in views.PAGES.items()),
    *(path(f"{name}/", views.by_query, name=f"{name}-any") for name in views.PAGES),
]
