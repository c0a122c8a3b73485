from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from goflow import clock
from goflow.outbound import endpoints, secrets
from goflow.outbound.refusals import SecretRefused, SecretUnreadable
from tests.outbound.hooks import endpoint

URL = "https://receiver.example/"


def test_new_secrets_are_standard_and_differ():
    one, two = secrets.new(), secrets.new()
    assert one != two
    assert one.startswith("whsec_")
    assert len(base64.b64decode(one.removeprefix("whsec_"))) == 32
    assert secrets.checked(one) == one


def test_nothing_readable_is_stored():
    secret = secrets.new()
    stored = secrets.encrypt(secret)
    assert secret.removeprefix("whsec_") not in stored
    assert secrets.decrypt(stored) == secret
    assert secrets.encrypt(secret) != stored


@pytest.mark.parametrize(
    "text",
    [
        "x" * 24,
        "x" * 200,
        "correct-horse-battery-staple",
        "whsec_" + base64.b64encode(b"a" * 24).decode(),
        "whsec_" + base64.b64encode(b"a" * 64).decode(),
    ],
)
def test_strong_secrets_of_ones_own_are_accepted(text):
    assert secrets.checked(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        "x" * 23,
        "x" * 201,
        "with a blank in the middle",
        "größer-als-vierundzwanzig-zeichen",
        "line\nbreak-line-break-line-break",
        "whsec_",
        "whsec_" + base64.b64encode(b"a" * 23).decode(),
        "whsec_" + base64.b64encode(b"a" * 65).decode(),
        "whsec_not*base64*at*all*but*long",
        "whsec_" + "a" * 33,
    ],
)
def test_weak_secrets_are_refused(text):
    with pytest.raises(SecretRefused):
        secrets.checked(text)


def test_a_rotated_django_key_still_reads(settings):
    stored = secrets.encrypt("old secret")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert secrets.decrypt(stored) == "old secret"


def test_without_its_key_a_secret_is_unreadable(settings):
    stored = secrets.encrypt("old secret")
    settings.SECRET_KEY = "another key"
    with pytest.raises(SecretUnreadable, match="SECRET_KEY_FALLBACKS"):
        secrets.decrypt(stored)


def test_keys_of_their_own_are_used_for_what_is_new(settings):
    before = secrets.encrypt("a secret")
    settings.GOFLOW_WEBHOOK_KEYS = ["own key"]
    after = secrets.encrypt("a secret")
    assert (secrets.decrypt(before), secrets.decrypt(after)) == ("a secret", "a secret")
    settings.GOFLOW_WEBHOOK_KEYS = []
    with pytest.raises(SecretUnreadable):
        secrets.decrypt(after)


def test_the_newest_of_several_keys_encrypts(settings):
    settings.GOFLOW_WEBHOOK_KEYS = ["one"]
    stored = secrets.encrypt("a secret")
    settings.GOFLOW_WEBHOOK_KEYS = ["two", "one"]
    assert secrets.decrypt(stored) == "a secret"
    fresh = secrets.encrypt("a secret")
    settings.GOFLOW_WEBHOOK_KEYS = ["two"]
    assert secrets.decrypt(fresh) == "a secret"


def test_after_renewing_the_old_key_can_go(db, settings):
    to = endpoint(URL, secret=secrets.encrypt("now"), secret_before=secrets.encrypt("before"))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert (secrets.renewed(), secrets.renewed()) == (1, 0)
    settings.SECRET_KEY_FALLBACKS = []
    to.refresh_from_db()
    assert (secrets.decrypt(to.secret), secrets.decrypt(to.secret_before)) == ("now", "before")


def test_renewing_leaves_what_it_cannot_read(db):
    to = endpoint(URL, secret="from another project")
    assert secrets.renewed() == 0
    to.refresh_from_db()
    assert to.secret == "from another project"


def test_the_secret_before_counts_for_its_time(db):
    now = clock.now()
    to = endpoint(
        URL,
        secret=secrets.encrypt("now"),
        secret_before=secrets.encrypt("before"),
        secret_before_until=now + timedelta(hours=1),
    )
    assert secrets.valid(to, now) == ("now", "before")
    assert secrets.valid(to, now + timedelta(hours=1)) == ("now",)


def test_the_secret_before_is_erased_when_its_time_is_over(db):
    to = endpoint(URL)
    endpoints.rotate(to)
    assert secrets.forgotten() == 0
    with clock.moved(secrets.OVERLAP):
        assert (secrets.forgotten(), secrets.forgotten()) == (1, 0)
    kept = to.secret
    to.refresh_from_db()
    assert (to.secret, to.secret_before, to.secret_before_until) == (kept, "", None)


def test_an_endpoint_without_a_secret_signs_nothing(db):
    with pytest.raises(SecretUnreadable):
        secrets.valid(endpoint(URL, secret=""), clock.now())
