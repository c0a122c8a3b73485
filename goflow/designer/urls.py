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
    roles,
    session,
    validation,
    versions,
)
from goflow.desk import addresses  # noqa: F401 - registers <key:pk>

urlpatterns = [
    path("designer/jsi18n/", JavaScriptCatalog.as_view(packages=["goflow"]), name="designer_jsi18n"),
    path("designer/begin/", creating.begin, name="designer_begin"),
    path("designer/session/", session.session, name="designer_session"),
    path("designer/signed-in/", session.signed_in, name="designer_signed_in"),
    path("designer/new/", creating.new, name="designer_new"),
    path("designer/preview/", creating.preview, name="designer_preview"),
    path("designer/<key:pk>/", page.designer, name="designer"),
    path("designer/<key:pk>/draft/", drafts.draft, name="designer_draft"),
    path("designer/<key:pk>/template/<slug:name>/", creating.example, name="designer_template"),
    path("designer/<key:pk>/roles/", roles.create, name="designer_roles"),
    path("designer/<key:pk>/validate/", validation.validate, name="designer_validate"),
    path("designer/<key:pk>/condition/", conditions.condition, name="designer_condition"),
    path("designer/<key:pk>/instances/", conditions.instances, name="designer_instances"),
    path("designer/<key:pk>/simulate/", rehearsing.simulate, name="designer_simulate"),
    path("designer/<key:pk>/graph/", reference_graph.graph, name="designer_graph"),
    path("designer/<key:pk>/review/", publishing.review, name="designer_review"),
    path("designer/<key:pk>/publish/", publishing.publish, name="designer_publish"),
    path("designer/<key:pk>/versions/", versions.versions, name="designer_versions"),
    path("designer/<key:pk>/diff/<key:other_pk>/", versions.difference, name="designer_diff"),
    path("designer/<key:pk>/presence/", presence.presence, name="designer_presence"),
]
