"""
Signing in and out: tokens for apps, and a refresh cookie for pages.

Paths and bodies are those of django-ninja-simple-jwt, whose functions do the work; refresh tokens rotate.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from ninja.errors import AuthenticationError
from ninja_simple_jwt.settings import ninja_simple_jwt_settings as settings
from ninja_simple_jwt.utils import make_authentication_params
from pydantic import BeforeValidator, Field

from goflow.api import throttles, tokens
from goflow.api.errors import declared
from goflow.api.shapes import example, storable

LONGEST_TOKEN = 8000

mobile = Router()
web = Router()


class SignInRequest(Schema):
    """
    User name and password.
    """

    model_config: ClassVar[Any] = example(username="primus", password="p")  # noqa: S106 - the demo's own

    username: Annotated[str, BeforeValidator(storable), Field(max_length=254)]
    password: Annotated[str, BeforeValidator(storable), Field(max_length=4096)]


class MobileSignInResponse(Schema):
    """
    Both tokens; keep the refresh token where no other app can read it.
    """

    model_config: ClassVar[Any] = example(refresh="eyJhbGciOi...", access="eyJhbGciOi...")

    refresh: str
    access: str


class MobileTokenRefreshRequest(Schema):
    """
    The refresh token. It can be used once.
    """

    model_config: ClassVar[Any] = example(refresh="eyJhbGciOi...")

    refresh: Annotated[str, BeforeValidator(storable), Field(max_length=LONGEST_TOKEN)]


class WebSignInResponse(Schema):
    """
    The access token; the refresh token is a cookie that scripts cannot read.
    """

    model_config: ClassVar[Any] = example(access="eyJhbGciOi...")

    access: str


@mobile.post(
    "/sign-in",
    response={200: MobileSignInResponse, **declared(400, 401, 422, 429)},
    operation_id="mobileSignIn",
    summary="Sign in from an app",
    url_name="mobile_signin",
)
def mobile_sign_in(request: HttpRequest, payload: SignInRequest) -> Any:
    """
    Both tokens for a user name and a password.
    """
    pair = tokens.issue(_signed_in(request, payload))
    return {"refresh": pair.refresh, "access": pair.access}


@mobile.post(
    "/token-refresh",
    response={200: MobileSignInResponse, **declared(400, 401, 422)},
    operation_id="mobileRefresh",
    summary="New tokens for a refresh token",
    url_name="mobile_token_refresh",
)
def mobile_token_refresh(request: HttpRequest, payload: MobileTokenRefreshRequest) -> Any:
    """
    The refresh token is used up and answered with a new one. Using it twice ends the whole sign-in.
    """
    pair = tokens.rotate(payload.refresh)
    return {"refresh": pair.refresh, "access": pair.access}


@web.post(
    "/sign-in",
    response={200: WebSignInResponse, **declared(400, 401, 422, 429)},
    operation_id="webSignIn",
    summary="Sign in from a page",
    url_name="web_signin",
)
def web_sign_in(request: HttpRequest, payload: SignInRequest, response: HttpResponse) -> Any:
    """
    An access token, and the refresh token as a cookie.
    """
    pair = tokens.issue(_signed_in(request, payload))
    _set_cookie(response, pair)
    return {"access": pair.access}


@web.post(
    "/token-refresh",
    response={200: WebSignInResponse, **declared(401)},
    operation_id="webRefresh",
    summary="A new access token for the refresh cookie",
    url_name="web_token_refresh",
)
def web_token_refresh(request: HttpRequest, response: HttpResponse) -> Any:
    """
    The cookie is replaced by a new one.
    """
    pair = tokens.rotate(_cookie(request))
    _set_cookie(response, pair)
    return {"access": pair.access}


@web.post(
    "/sign-out",
    response={204: None, **declared(401)},
    operation_id="webSignOut",
    summary="Sign out",
    url_name="web_sign_out",
)
def web_sign_out(request: HttpRequest, response: HttpResponse) -> Any:
    """
    The cookie goes, and every token of this sign-in ends.
    """
    tokens.end(_cookie(request))
    response.delete_cookie(
        settings.JWT_REFRESH_COOKIE_NAME,
        path=settings.WEB_REFRESH_COOKIE_PATH,
        samesite=settings.WEB_REFRESH_COOKIE_SAME_SITE_POLICY,
    )
    return Status(204, None)


def _signed_in(request: HttpRequest, payload: SignInRequest) -> Any:
    throttles.require_room(request, payload.username)
    params = make_authentication_params({"username": payload.username, "password": payload.password})
    user: Any = authenticate(request, **params)
    if user is None or not user.is_active:
        throttles.failed(request, payload.username)
        raise AuthenticationError
    user_logged_in.send(sender=user.__class__, request=request, user=user)
    tokens.purge(user)
    return user


def _cookie(request: HttpRequest) -> str:
    found = request.COOKIES.get(settings.JWT_REFRESH_COOKIE_NAME)
    if found is None:
        raise AuthenticationError
    return found


def _set_cookie(response: HttpResponse, pair: tokens.Pair) -> None:
    response.set_cookie(
        key=settings.JWT_REFRESH_COOKIE_NAME,
        value=pair.refresh,
        expires=pair.expires_at,
        httponly=settings.WEB_REFRESH_COOKIE_HTTP_ONLY,
        samesite=settings.WEB_REFRESH_COOKIE_SAME_SITE_POLICY,
        secure=settings.WEB_REFRESH_COOKIE_SECURE,
        path=settings.WEB_REFRESH_COOKIE_PATH,
    )
