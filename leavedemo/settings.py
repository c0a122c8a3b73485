"""
Settings of the leave demo. Everything it writes lies in one folder, ``LEAVEDEMO_DATA_DIR``.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url
import django

from leavedemo import keys
from leavedemo.leave import people

PROJECT = Path(__file__).resolve().parent
ROOT = PROJECT.parent
DATA_DIR = Path(os.environ.get("LEAVEDEMO_DATA_DIR") or PROJECT / "data").resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

SECRET_KEY = keys.kept(DATA_DIR / "secret-key", keys.secret_key)
DEBUG = os.environ.get("LEAVEDEMO_DEBUG", "") in ("1", "true", "yes")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *os.environ.get("LEAVEDEMO_HOSTS", "").split()]
ROOT_URLCONF = "leavedemo.urls"

INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
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
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "leavedemo.headers.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "leavedemo.languages.PlainOrPrefixed",
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


def database(url: str) -> dict[str, Any]:
    """
    Django's entry for the URL, with the options that goflow recommends for this database.
    """
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"].endswith("sqlite3"):
        options["timeout"] = 20
        if django.VERSION >= (5, 1):
            options["transaction_mode"] = "IMMEDIATE"
            options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"
    elif config["ENGINE"].endswith("postgresql"):
        options["server_side_binding"] = True
    elif config["ENGINE"].endswith("mysql"):
        options["charset"] = "utf8mb4"
        if find_spec("MySQLdb") is None:
            # The driver written in Python stands in for the one that needs a compiler.
            import_module("pymysql").install_as_MySQLdb()
    return config


DATABASES = {
    "default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'leavedemo.sqlite3'}")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEST_USERS = people.TEST_USERS
LOGIN_URL = "goflow:login"
LOGIN_REDIRECT_URL = "/leave/"
LOGOUT_REDIRECT_URL = "/leave/"
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []  # the demo's passwords are one letter long

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

# Nothing leaves this computer: each batch of mails becomes a file of text.
MAILS_DIR = DATA_DIR / "mails"
if django.VERSION >= (6, 1):
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(MAILS_DIR)},
        }
    }
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAILS_DIR
EMAIL_SUBJECT_PREFIX = "[leave demo] "
DEFAULT_FROM_EMAIL = "goflow <leave@example.com>"
GOFLOW_BASE_URL = os.environ.get("LEAVEDEMO_URL", "http://127.0.0.1:8000")

STATIC_URL = "/static/"
# Static files come straight from the apps, also with DEBUG off; nothing has to be collected.
WHITENOISE_USE_FINDERS = True

# The demo speaks plain HTTP on the loopback interface only.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = "Lax"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"goflow": {"level": "INFO"}, "leavedemo": {"level": "INFO"}},
}

_private_key = keys.kept(DATA_DIR / "jwt-signing.pem", keys.private_key)
NINJA_SIMPLE_JWT = {
    "JWT_PRIVATE_KEY": _private_key,
    "JWT_PUBLIC_KEY": keys.public_key(_private_key),
    "WEB_REFRESH_COOKIE_SECURE": False,
}
# The cookie goes over plain HTTP here, and one process serves the demo.
SILENCED_SYSTEM_CHECKS = ["goflow.W304", "goflow.W305"]

WF_USER_AUTO = "auto"
WF_APPS_PREFIX = "/leave"
WF_PUSH_APPS_PREFIX = "leavedemo.leave.workflow_apps"
