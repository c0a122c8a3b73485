"""
Who is signed in.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from goflow.api.errors import declared
from goflow.api.shapes import MeOut

router = Router()


@router.get("/me", response={200: MeOut, **declared(401)}, operation_id="getMe", summary="Who am I")
def me(request: HttpRequest) -> Any:
    """
    The person the access token speaks for.
    """
    return {"username": request.user.get_username(), "is_authenticated": True}
