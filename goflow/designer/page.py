"""
The page of the designer: a frame for the scripts, with what they need as data.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language, gettext

from goflow.core import exchange, readers
from goflow.designer.bodies import LARGEST_BODY
from goflow.designer.drafts import described
from goflow.designer.frame import READING, door, find, login_address, may, show
from goflow.desk import appearance
from goflow.desk.links import reverse
from goflow.desk.people import person
from goflow.workflow.models import Process

ADDRESSES = {
    "page": "designer",
    "draft": "designer_draft",
    "validate": "designer_validate",
    "condition": "designer_condition",
    "instances": "designer_instances",
    "simulate": "designer_simulate",
    "review": "designer_review",
    "publish": "designer_publish",
    "versions": "designer_versions",
    "presence": "designer_presence",
    "roles": "designer_roles",
    "export": "process_export",
    "overview": "process",
}


@door(*READING, is_page=True)
def designer(request: HttpRequest, pk: int) -> HttpResponse:
    """
    The designer of a version; published and retired ones are read-only.
    """
    process = find(request, pk)
    context = {
        "title": gettext("Design “%(process)s”") % {"process": process.title},
        "process": process,
        "data": _data(request, process),
    }
    return show(request, "goflow/designer.html", context)


def _data(request: HttpRequest, process: Process) -> dict[str, object]:
    user: Any = request.user
    return {
        "process": described(process),
        "may": may(request, process).as_dict(),
        "urls": _addresses(request, process),
        "csrf": get_token(request),
        "csrf_cookie": "" if settings.CSRF_USE_SESSIONS else settings.CSRF_COOKIE_NAME,
        "person": str(user.pk),
        "login": login_address(request),
        "language": get_language(),
        "user": person(user),
        "themes": [asdict(theme) for theme in appearance.offered(request)],
        "limits": {
            "activities": exchange.MAX_ACTIVITIES,
            "transitions": exchange.MAX_TRANSITIONS,
            "title": readers.MAX_TITLE,
            "name": readers.MAX_NAME,
            "condition": readers.MAX_CONDITION,
            "description": readers.MAX_DESCRIPTION,
            "bytes": LARGEST_BODY,
        },
    }


def _addresses(request: HttpRequest, process: Process) -> dict[str, str]:
    found = {name: reverse(request, view, process.pk) for name, view in ADDRESSES.items()}
    # 0 stands for the id of the other version or of the new draft, or for the name of the template.
    found["diff"] = reverse(request, "designer_diff", process.pk, 0)
    found["other"] = reverse(request, "designer", 0)
    found["template"] = reverse(request, "designer_template", process.pk, "0")
    found["session"] = reverse(request, "designer_session")
    found["new"] = reverse(request, "designer_new")
    found["preview"] = reverse(request, "designer_preview")
    found["theme"] = reverse(request, "theme")
    found["processes"] = reverse(request, "processes")
    return found
