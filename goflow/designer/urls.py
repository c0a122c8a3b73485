"""
The addresses of the designer, below wherever the project mounts ``goflow.urls``.
"""

from __future__ import annotations

from django.urls import path
from django.views.i18n import JavaScriptCatalog

from goflow.designer import (
    conditions,
    creating,
    drafts,
    page,
    presence,
    publishing,
    reference_graph,
    rehearsing,
    validation,
    versions,
)

urlpatterns = [
    path("designer/jsi18n/", JavaScriptCatalog.as_view(packages=["goflow"]), name="designer_jsi18n"),
    path("designer/new/", creating.new, name="designer_new"),
    path("designer/<int:pk>/", page.designer, name="designer"),
    path("designer/<int:pk>/draft/", drafts.draft, name="designer_draft"),
    path("designer/<int:pk>/validate/", validation.validate, name="designer_validate"),
    path("designer/<int:pk>/condition/", conditions.condition, name="designer_condition"),
    path("designer/<int:pk>/instances/", conditions.instances, name="designer_instances"),
    path("designer/<int:pk>/simulate/", rehearsing.simulate, name="designer_simulate"),
    path("designer/<int:pk>/graph/", reference_graph.graph, name="designer_graph"),
    path("designer/<int:pk>/review/", publishing.review, name="designer_review"),
    path("designer/<int:pk>/publish/", publishing.publish, name="designer_publish"),
    path("designer/<int:pk>/versions/", versions.versions, name="designer_versions"),
    path("designer/<int:pk>/diff/<int:other_pk>/", versions.difference, name="designer_diff"),
    path("designer/<int:pk>/presence/", presence.presence, name="designer_presence"),
]
