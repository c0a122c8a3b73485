"""
Settings of the sample project. Everything it writes lies in one folder, ``SAMPLEPROJECT_DATA_DIR``.
"""

from __future__ import annotations

import os
from pathlib import Path

import django

from sampleproject import keys
from sampleproject.sampleapp import people

PROJECT = Path(__file__).resolve().parent
DATA_DIR = Path(os.environ.get("SAMPLEPROJECT_DATA_DIR") or PROJECT / "data").resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

SECRET_KEY = keys.secret_key(DATA_DIR / "secret-key")
DEBUG = True  # a project to play with, on the loopback interface only
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "sampleproject.urls"

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
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "sampleproject.sqlite3",
        # Writers take turns from their first statement on; before Django 5.1 there is no such option.
        "OPTIONS": {
            "timeout": 20,
            **({"transaction_mode": "IMMEDIATE"} if django.VERSION >= (5, 1) else {}),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEST_USERS = people.TEST_USERS
LOGIN_URL = "goflow:login"
LOGIN_REDIRECT_URL = "/sampleapp/"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
STATIC_URL = "/static/"

# manage.py make_jwt_key writes this key; everything else of the tokens is goflow's default.
NINJA_SIMPLE_JWT = {
    "JWT_PRIVATE_KEY_PATH": str(DATA_DIR / "jwt-signing.pem"),
    "JWT_PUBLIC_KEY_PATH": str(DATA_DIR / "jwt-signing.pub"),
}

WF_USER_AUTO = people.MACHINE
WF_APPS_PREFIX = "/sampleapp"
