"""
What an import had to leave out, in the language of who imported.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goflow.workflow.missing import Missing

LEFT_OUT = {
    "roles": _("These roles do not exist here and were left out: %(names)s."),
    "users": _("These users do not exist here and were left out: %(names)s."),
    "subflows": _("These processes are not published here and were left out: %(names)s."),
    "models": _("This model does not exist here and was left out: %(names)s."),
    "applications": _(
        "These applications are not registered here: %(names)s. Register them before publishing."
    ),
    "push_applications": _(
        "These push applications are not registered here: %(names)s. Register them before publishing."
    ),
    "forms": _("These forms are not registered here: %(names)s. Register them before publishing."),
    "hooks": _("These hooks are not registered here: %(names)s. Register them before publishing."),
}


def left_out(missing: Missing) -> list[str]:
    """
    What is missing here, one sentence per kind.
    """
    found = {kind: names for kind, names in missing.as_dict().items() if names}
    return [str(LEFT_OUT[kind]) % {"names": ", ".join(names)} for kind, names in found.items()]
