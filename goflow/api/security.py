"""
Who is asking: a bearer token that stands for an active user.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja_simple_jwt.auth.ninja_auth import HttpJwtAuth

from goflow.api import tokens

PARTS = 2


class GoflowJwtAuth(HttpJwtAuth):  # type: ignore[misc] # publishes no types
    """
    ``Authorization: Bearer <access token>``. ``request.user`` and ``request.auth`` are the user's row.
    """

    def __call__(self, request: HttpRequest) -> Any:
        """
        The user. Raises AuthenticationError, also for a header of another form.
        """
        parts = request.headers.get(self.header, "").split()
        if len(parts) != PARTS or parts[0].lower() != self.openapi_scheme:
            raise AuthenticationError
        return self.authenticate(request, parts[1])

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """
        The user of the token. Raises AuthenticationError.
        """
        user = tokens.bearer(token)
        request.user = user
        return user
