"""
Roles that a drawing names and nobody has made yet: made by one press, by those who may make groups.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext

from goflow.designer import bodies
from goflow.designer.answers import Refused
from goflow.designer.frame import door, find_to_change
from goflow.desk import starters

LONGEST = 150
"""Characters of a group's name that Django stores."""


@door("POST")
def create(request: HttpRequest, pk: int) -> JsonResponse:
    """
    Make the group ``name``, without members. Making one that exists changes nothing.

    Raises Refused: 403 saying whom to ask, 422 for names that cannot be stored.
    """
    find_to_change(request, pk)
    user: Any = request.user
    name = bodies.text(bodies.read(request), "name", LONGEST)
    if not starters.may_make_roles(user):
        text = gettext("You may not make roles. Ask %(names)s to create “%(role)s”.")
        raise Refused(
            403, "not-allowed", text % {"names": starters.who_may(starters.ADD_GROUP), "role": name}
        )
    if not name.strip():
        raise Refused(422, "name-required", gettext("Say what the role is called."), path="name")
    group, is_new = Group.objects.get_or_create(name=name)
    address = starters.group_address(user, group)
    return JsonResponse({"name": group.name, "members": address}, status=201 if is_new else 200)


def fix(user: Any) -> str:
    """
    What somebody without the right to make groups can do about a role that does not exist; else blank.
    """
    if starters.may_make_roles(user):
        return ""
    text = gettext("Ask %(names)s to create the role, or choose another one.")
    return text % {"names": starters.who_may(starters.ADD_GROUP)}
