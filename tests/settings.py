"""
Settings of the test suite.

``GOFLOW_TEST_DATABASE_URL`` chooses the database (SQLite when unset). A second process of a race joins the
test database of the first one by its name in ``GOFLOW_TEST_DATABASE_NAME``.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import dj_database_url
import django
import pymysql
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from leavedemo import keys

ROOT = Path(__file__).resolve().parent.parent

# Django's MySQL back-end asks for a driver called MySQLdb; mysqlclient is the other one that fits.
pymysql.install_as_MySQLdb()


def database_entry(url: str, joined: str) -> dict[str, Any]:
    """Django's entry for *url*, with a test database of its own for each process that runs tests."""
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    options = config.setdefault("OPTIONS", {})
    own_name = f"goflow_test_{os.getpid()}"
    if config["ENGINE"].endswith("sqlite3"):
        # A file, because races use two processes.
        # Named as NAME too: a live server that meets :memory: there shares one connection between threads.
        own_name = config["NAME"] = str(Path(tempfile.gettempdir(), f"{own_name}.sqlite3"))
        options["timeout"] = 20
        if django.VERSION >= (5, 1):
            options["transaction_mode"] = "IMMEDIATE"
    elif config["ENGINE"].endswith("postgresql"):
        options["server_side_binding"] = True
    elif config["ENGINE"].endswith("mysql"):
        options["charset"] = "utf8mb4"
        config["TEST"] = {"CHARSET": "utf8mb4"}
    config.setdefault("TEST", {})["NAME"] = own_name
    if joined:
        config["NAME"] = joined
    return config


SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.urls"
WSGI_APPLICATION = None
SITE_ID = 1

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
    "ninja_simple_jwt",
    "goflow",
    "leavedemo.leave",
    "sampleproject.sampleapp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": database_entry(
        os.environ.get("GOFLOW_TEST_DATABASE_URL", "sqlite://:memory:"),
        os.environ.get("GOFLOW_TEST_DATABASE_NAME", ""),
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The fastest hasher that Django has: signing in is not what these tests measure.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/workflow/"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
    ("ja", "日本語"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("it", "Italiano"),
]
LOCALE_PATHS = [ROOT / "locale"]

STATIC_URL = "/static/"
MEDIA_ROOT = Path(tempfile.gettempdir(), f"goflow-test-media-{os.getpid()}")

_private_key = keys.private_key()
NINJA_SIMPLE_JWT = {
    # Read once: reading a key takes eighty times as long as signing with it.
    "JWT_PRIVATE_KEY": load_pem_private_key(_private_key.encode("ascii"), password=None),
    "JWT_PUBLIC_KEY": keys.public_key(_private_key),
}
# One process serves all tests, so that it may count failed sign-ins by itself.
SILENCED_SYSTEM_CHECKS = ["goflow.W305"]

WF_USER_AUTO = "auto"
WF_APPS_PREFIX = "/leave"
WF_PUSH_APPS_PREFIX = "leavedemo.leave.pushapps"
