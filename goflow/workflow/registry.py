"""
Code that definitions name: applications, push functions, hooks and forms, registered by name.

Put the registrations into a ``workflow_apps.py`` of an installed app; it is imported when Django starts. A
name in the database that is not registered here is an error, never an import.

    @goflow.application("leave.update_hr")
    def update_hr(task): ...                      # returns the outcome as text, or None

    @goflow.application("crm.create_customer", external=True)
    def create_customer(task): ...                # runs after commit, at least once; may use the network

    goflow.topic("billing.charge")                # as an application, run by workers that fetch over the API

    @goflow.push_application("route_to_secretary")
    def route_to_secretary(task, **params): ...   # returns the user who gets the item, or None

    @goflow.hook("leave.has_balance")
    def has_balance(task, transition): ...        # as a pre hook, False vetoes the transition

    goflow.form("leave.request")(LeaveRequestForm)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured

from goflow.errors import MissingRegistration

APPLICATION = "application"
PUSH_APPLICATION = "push_application"
HOOK = "hook"
FORM = "form"

Registered = TypeVar("Registered", bound=Callable[..., Any])  # functions and form classes of host projects

_registered: dict[str, dict[str, Callable[..., Any]]] = {
    APPLICATION: {},
    PUSH_APPLICATION: {},
    HOOK: {},
    FORM: {},
}


_external: dict[str, bool] = {}
"""Applications that run after commit, by name; False for topics, which have no code here."""


def application(name: str, *, external: bool = False) -> Callable[[Registered], Registered]:
    """
    Register ``f(task) -> str | None``, run for automatic activities; the text is the outcome.

    It runs inside the step's transaction, exactly once, and must not use the network. ``external`` lets it
    run after commit as a job instead: at least once, with ``task.key`` to tell a repetition.

    Raises ImproperlyConfigured, as every decorator here, when the name belongs to other code already.
    """
    register: Callable[[Registered], Registered] = _registrar(APPLICATION, name)
    if external:
        _external[name] = True
    return register


def topic(name: str) -> None:
    """
    Register an application that workers outside fetch and complete over the API; it has no code here.

    Raises ImproperlyConfigured when the name belongs to code.
    """
    if name in _registered[APPLICATION] and _external.get(name, True):
        raise ImproperlyConfigured(f"{name!r} is an application; give the topic another name")
    _registered[APPLICATION].setdefault(name, _fetched)
    _external[name] = False


def _fetched(task: object) -> str | None:
    raise TypeError("a topic is worked on over the API; nothing here can run it")


def is_external(name: str) -> bool:
    """
    Whether an application runs after commit, as a job.
    """
    return name in _external


def jobs_run_here() -> frozenset[str]:
    """
    The external applications that have code in this project.
    """
    return frozenset(name for name, is_code in _external.items() if is_code)


def topics() -> frozenset[str]:
    """
    The external applications that workers fetch over the API.
    """
    return frozenset(name for name, is_code in _external.items() if not is_code)


def push_application(name: str) -> Callable[[Registered], Registered]:
    """
    Register ``f(task, **params) -> user | None``, asked who gets a new work item.
    """
    return _registrar(PUSH_APPLICATION, name)


def hook(name: str) -> Callable[[Registered], Registered]:
    """
    Register ``f(task, transition) -> bool | None``, run before or after a transition is taken.
    """
    return _registrar(HOOK, name)


def form(name: str) -> Callable[[Registered], Registered]:
    """
    Register a Form or ModelForm class that activities name in ``form_class``.
    """
    return _registrar(FORM, name)


def get_application(name: str) -> Callable[..., str | None]:
    """
    The application of that name. Raises MissingRegistration, as every ``get_`` here.
    """
    return _get(APPLICATION, name)


def get_push(name: str) -> Callable[..., Any]:  # a user of whatever model the project has
    """
    The push function of that name.
    """
    return _get(PUSH_APPLICATION, name)


def get_hook(name: str) -> Callable[..., bool | None]:
    """
    The hook of that name.
    """
    return _get(HOOK, name)


def get_form(name: str) -> Callable[..., Any]:  # a form class
    """
    The form class of that name.
    """
    return _get(FORM, name)


def names(kind: str) -> frozenset[str]:
    """
    Every name registered as that kind: APPLICATION, PUSH_APPLICATION, HOOK or FORM of this module.
    """
    return frozenset(_registered[kind])


@contextmanager
def registered(
    kind: str, name: str, code: Callable[..., Any] | None = None, *, external: bool = False
) -> Iterator[None]:
    """
    Within the block, and only there, ``code`` is registered; it may replace a registration. For tests.

    An external application without code is a topic.
    """
    changes: list[tuple[dict[str, Any], Any]] = [(_registered[kind], code or _fetched)]
    if external:
        changes.append((_external, code is not None))
    before = [known.get(name) for known, _ in changes]
    for known, value in changes:
        known[name] = value
    try:
        yield
    finally:
        for (known, _), value in zip(changes, before, strict=True):
            known.pop(name, None)
            known.update({} if value is None else {name: value})


def _registrar(kind: str, name: str) -> Callable[[Registered], Registered]:
    def register(code: Registered) -> Registered:
        known = _registered[kind].setdefault(name, code)
        if known is not code:
            raise ImproperlyConfigured(
                f"the {_spoken(kind)} {name!r} is registered in {known.__module__} and again in "
                f"{code.__module__}; give one of them another name"
            )
        return code

    return register


def _get(kind: str, name: str) -> Callable[..., Any]:
    try:
        return _registered[kind][name]
    except KeyError:
        raise MissingRegistration(kind=_spoken(kind), name=name) from None


def _spoken(kind: str) -> str:
    return kind.replace("_", " ")
