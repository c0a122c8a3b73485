"""
What happened at an incident, in the language of who reads it.
"""

from __future__ import annotations

from django.utils.translation import gettext

from goflow.core.incident_texts import TEXTS, activity_of
from goflow.runtime.models import Incident
from goflow.workflow.loader import definition


def told(incident: Incident) -> str:
    """
    The sentence of its code, else the message of what failed. Reads its instance, item and definition.
    """
    text = TEXTS.get(incident.code)
    if text is None:
        return incident.message or incident.code
    own = "" if incident.workitem is None else incident.workitem.activity_key
    key = activity_of(own, incident.params)
    instance = incident.instance
    titles = definition(instance.process_id, instance.fingerprint).titles
    return gettext(text).format(title=titles.get(key, key))
