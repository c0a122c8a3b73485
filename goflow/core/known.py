"""
What lint is told about the world outside a definition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from goflow.core.graph import ProcessDef
from goflow.core.problem import Problem


@dataclass(frozen=True, slots=True)
class Known:
    """
    The names that exist outside the definition; None leaves a kind of name unchecked.

    Attributes:
        fields: readable names behind ``wfobject.`` of the bound content type.
        empty_groups: roles and groups without an active member.
        users: the user names of the definition that belong to somebody.
        is_model: whether there is a model of that ``app_label.model``.
        subflows: code of each published process, and the codes of the processes it calls.
        generic_form: whether human activities without an application and a form get a page all the same.
        form_files: names of the fields that take files, by form.
        start_files: the same of the form that starts the process.
        start_fields: the keys that the answers of that form have in the data.
    """

    applications: frozenset[str] | None = None
    push_applications: frozenset[str] | None = None
    forms: frozenset[str] | None = None
    hooks: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    fields: frozenset[str] | None = None
    empty_groups: frozenset[str] | None = None
    subflows: Mapping[str, frozenset[str]] | None = None
    generic_form: bool = True
    users: frozenset[str] | None = None
    is_model: Callable[[str], bool] | None = None
    form_files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start_files: tuple[str, ...] = ()
    start_fields: frozenset[str] = frozenset()


Rule = Callable[[ProcessDef, Known], Iterator[Problem]]
