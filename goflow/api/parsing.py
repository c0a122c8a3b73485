"""
Reading bodies: JSON whatever the header says; a form without a field is no body at all.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

FORM = "multipart/form-data"


class BodyParser(Parser):
    """
    Some clients send an empty form with a POST that has nothing to say.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        """
        The body as data. Raises ValueError when it is no JSON.
        """
        if request.content_type == FORM and not request.POST and not request.FILES:
            return {}
        return json.loads(request.body, parse_constant=_refuse)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
