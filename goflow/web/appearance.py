"""
Choosing light or dark.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from goflow.desk import appearance
from goflow.web.errors import error_page
from goflow.web.links import next_path, reverse
from goflow.web.pages import CHANGING, page


@page(*CHANGING, public=True)
def choose(request: HttpRequest) -> HttpResponse:
    """
    Keep the choice in a cookie and go back to where the visitor was.
    """
    theme = request.POST.get("theme", "")
    if theme not in dict(appearance.CHOICES):
        return error_page(request, 400, gettext("Choose light, dark, or as the device."))
    response = HttpResponseRedirect(next_path(request, reverse(request, "home")))
    response.set_cookie(
        appearance.COOKIE,
        theme,
        max_age=appearance.YEAR,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response
