"""
Signing in and out.
"""

from __future__ import annotations

from typing import Any

from django.conf import global_settings, settings
from django.contrib.auth import logout, views
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow.conf import conf
from goflow.web.context import page_context, show
from goflow.web.links import login_path, reverse
from goflow.web.pages import BOTH, page


class SignIn(views.LoginView):
    """
    The sign-in page; a demo's users may be offered by ``TEST_USERS``.
    """

    template_name = "goflow/login.html"
    redirect_authenticated_user = True
    extra_context = {"title": _("Sign in")}

    @method_decorator(page(*BOTH, public=True))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """
        As every page of ours, but open to everybody.
        """
        return super().dispatch(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        """
        ``LOGIN_REDIRECT_URL`` if the project has set it, else one's own work under the mount of this page.
        """
        if settings.LOGIN_REDIRECT_URL != global_settings.LOGIN_REDIRECT_URL:
            return super().get_default_redirect_url()
        return reverse(self.request, "mywork")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """
        With the frame of our pages and the demo's users.
        """
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return {**page_context(self.request), **found, "test_users": conf.TEST_USERS}


@page(*BOTH, public=True)
def sign_out(request: HttpRequest) -> HttpResponse:
    """
    Ask, then sign out by POST; looking at the address changes nothing.
    """
    if request.method == "POST":
        logout(request)
        return HttpResponseRedirect(login_path(request))
    return show(request, "goflow/logout.html", {"title": gettext("Sign out")})
