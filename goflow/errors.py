"""
The errors goflow raises. Each says in its message what to do next; ``code`` is stable and part of the API.

    GoflowError
    ├── DefinitionError            a process cannot be what it is asked to be
    │   ├── ConditionError
    │   ├── DefinitionFrozen       published versions are not edited
    │   ├── DraftConflict          somebody else saved the draft meanwhile
    │   ├── PublishRefused         the problem list has errors
    │   ├── PublishConflict        the version is not a draft (any more)
    │   ├── VersionInUse           something refers to the draft
    │   └── MissingRegistration    data names code that nobody registered
    └── EngineError                a verb is refused; nothing was changed
        ├── NotFound               ProcessNotFound, InstanceNotFound, WorkItemNotFound, JobNotFound
        ├── NotAllowed, ConcurrentUpdate (LeaseLost), HookFailed, UnsafeIsolation
        ├── WrongState             InstanceClosed (InstanceSuspended), ProcessNotStartable,
        │                          NothingToReleaseTo, IncidentClosed, NotByHand, JobDone, JobGone
        └── Invalid                OutcomeRequired, TimeoutsOnly, OutcomeTooLong, KeyReused, KeyTaken,
                                   ContentObjectMissing
"""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goflow.core.errors import ConditionError, DefinitionError, GoflowError

__all__ = [
    "ConcurrentUpdate",
    "ConditionError",
    "ContentObjectMissing",
    "DefinitionError",
    "DefinitionFrozen",
    "DraftConflict",
    "EngineError",
    "GoflowError",
    "HookFailed",
    "IncidentClosed",
    "InstanceClosed",
    "InstanceNotFound",
    "InstanceSuspended",
    "Invalid",
    "JobDone",
    "JobGone",
    "JobNotFound",
    "KeyReused",
    "KeyTaken",
    "LeaseLost",
    "MissingRegistration",
    "NotAllowed",
    "NotByHand",
    "NotFound",
    "NothingToReleaseTo",
    "OutcomeRequired",
    "OutcomeTooLong",
    "ProcessNotFound",
    "ProcessNotStartable",
    "PublishConflict",
    "PublishRefused",
    "TimeoutsOnly",
    "UnsafeIsolation",
    "VersionInUse",
    "WorkItemNotFound",
    "WrongState",
]


class _Told:
    """
    The message is a translatable template, filled when it is shown, in the language of who reads it.
    """

    template: ClassVar[str | Promise] = ""

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(str(self.template) % params, details=params)  # type: ignore[call-arg]

    def __str__(self) -> str:
        return str(self.template) % self.params


class EngineError(_Told, GoflowError):
    """
    A verb of the engine was refused; nothing was changed.
    """

    code = "refused"


class NotFound(EngineError):
    """
    There is no such thing, or not for this person: the two are not told apart.
    """

    code = "not-found"


class ProcessNotFound(NotFound):
    """
    No published version goes by that title or code.
    """

    code = "process-not-found"
    template = _("There is no published process “%(process)s”. Check the name, or publish a version of it.")


class InstanceNotFound(NotFound):
    """
    No instance has that id.
    """

    code = "instance-not-found"
    template = _("There is no process instance %(instance)s. Open it from a list again.")


class WorkItemNotFound(NotFound):
    """
    No work item has that id.
    """

    code = "workitem-not-found"
    template = _("There is no work item %(workitem)s. Open it from your list again.")


class JobNotFound(NotFound):
    """
    No job of an external application has that id, or not for this worker.
    """

    code = "job-not-found"
    template = _("There is no job %(job)s. Fetch jobs again.")


class NotAllowed(EngineError):
    """
    The actor has no right to do this.
    """

    code = "not-allowed"
    template = _("You may not do this (%(verb)s). Ask an administrator of the process for the right.")


class WrongState(EngineError):
    """
    The thing exists and the actor may touch it, but not in its present state.
    """

    code = "wrong-state"
    template = _("This work item is “%(status)s”, so it cannot be changed that way. Reload the list.")


class InstanceClosed(WrongState):
    """
    The instance is complete, terminated or suspended.
    """

    code = "instance-closed"
    template = _(
        "This request is “%(status)s”, so its work items cannot be changed. Open its history instead."
    )


class InstanceSuspended(InstanceClosed):
    """
    The instance stands still until an administrator resumes it.
    """

    code = "instance-suspended"
    template = _("This request is suspended, so it cannot be changed. Have it resumed first.")


class ProcessNotStartable(WrongState):
    """
    The process exists but cannot be started: it is disabled or not published.
    """

    code = "process-not-startable"
    template = _("The process “%(process)s” is %(reason)s. Ask its administrator to publish and enable it.")


class NothingToReleaseTo(WrongState):
    """
    Nobody else could take the item, so it cannot be put back.
    """

    code = "nothing-to-release-to"
    template = _(
        "Nobody else may take this work item, so it cannot be put back. Reassign it to a person instead."
    )


class IncidentClosed(WrongState):
    """
    The incident was resolved already.
    """

    code = "incident-closed"
    template = _("This incident is resolved already. Reload the page.")


class NotByHand(WrongState):
    """
    The item is the work of a program, not of people.
    """

    code = "not-by-hand"
    template = _(
        "A program does this step, nobody by hand. Wait for it, or ask an administrator to retry it."
    )


class JobDone(WrongState):
    """
    The result of the job was taken already, from somebody else.
    """

    code = "job-done"
    template = _("The job %(job)s is done already, so this result is not taken. Fetch other jobs.")


class JobGone(WrongState):
    """
    The work item of the job was withdrawn or stopped.
    """

    code = "job-gone"
    template = _("Nobody needs the job %(job)s any more. Drop what you have of it and fetch other jobs.")


class ConcurrentUpdate(EngineError):
    """
    Somebody else changed the work item since it was read.
    """

    code = "concurrent-update"
    template = _("Somebody else has just changed this work item. Reload it and decide again.")


class LeaseLost(ConcurrentUpdate):
    """
    The job belongs to another worker by now, or to nobody.
    """

    code = "lease-lost"
    template = _("You do not hold the job %(job)s any more. Drop what you have of it and fetch jobs again.")


class Invalid(EngineError):
    """
    The input does not fit.
    """

    code = "invalid"


class OutcomeRequired(Invalid):
    """
    No transition holds for that outcome; ``params["expected"]`` names outcomes that would do.
    """

    code = "outcome-required"
    template = _("No way leads on with the outcome “%(outcome)s”. Choose one of: %(expected)s.")


class TimeoutsOnly(Invalid):
    """
    The activity is left by timeouts only.
    """

    code = "timeouts-only"
    template = _(
        "“%(activity)s” ends by itself when its time is up; it cannot be completed by hand. Wait for it."
    )


class OutcomeTooLong(Invalid):
    """
    Outcomes have at most 255 characters.
    """

    code = "outcome-too-long"
    template = _("The outcome has %(length)s characters; at most 255 are stored. Shorten it.")


class KeyReused(Invalid):
    """
    An idempotency key came again with other data.
    """

    code = "idempotency-key-reused"
    template = _("The idempotency key “%(key)s” was used for a different request. Use a new key.")


class KeyTaken(Invalid):
    """
    Data was to be stored under the key of an activity, where its answers belong.
    """

    code = "key-taken-twice"
    template = _("“%(key)s” is where the step “%(title)s” stores its answers. Give this value another name.")


class ContentObjectMissing(Invalid):
    """
    The object the instance is about was deleted.
    """

    code = "content-object-missing"
    template = _("The object of this request was deleted. Ask an administrator to cancel the request.")


class HookFailed(EngineError):
    """
    A registered hook or application raised while a person waited for the answer.
    """

    code = "hook-failed"
    template = _(
        "The registered function “%(name)s” failed (%(problem)s). Nothing was changed; tell an administrator."
    )


class UnsafeIsolation(EngineError):
    """
    The database connection runs with an isolation level under which joins could be lost.
    """

    code = "unsafe-isolation"
    template = _("The database “%(alias)s” runs at “%(level)s”; set its isolation level to read committed.")


class DefinitionFrozen(_Told, DefinitionError):
    """
    A published or retired version was about to be edited.
    """

    code = "definition-frozen"
    template = _(
        "Version %(version)s of “%(process)s” is %(status)s and cannot be edited. Edit it as a new draft."
    )


class DraftConflict(_Told, DefinitionError):
    """
    The draft has changed since it was read.
    """

    code = "draft-conflict"
    template = _("The draft has changed since you opened it. Reload it and apply your change again.")


class PublishRefused(_Told, DefinitionError):
    """
    The definition has errors; ``problems`` lists every finding.
    """

    code = "publish-refused"
    template = _("“%(process)s” cannot be published. Errors: %(count)s. Solve them and publish again.")

    def __init__(self, *, problems: tuple[object, ...], **params: object) -> None:
        super().__init__(**params)
        self.problems = problems


class PublishConflict(_Told, DefinitionError):
    """
    The version is not a draft (any more), or another one was published at the same moment.
    """

    code = "publish-conflict"
    template = _(
        "Version %(version)s of “%(process)s” was published or changed meanwhile. Reload the versions."
    )


class VersionInUse(_Told, DefinitionError):
    """
    A draft cannot be discarded: instances or other definitions refer to it.
    """

    code = "version-in-use"
    template = _(
        "Version %(version)s of “%(process)s” is in use and cannot be discarded. Keep it, or publish it."
    )


class MissingRegistration(_Told, DefinitionError):
    """
    A definition names code that is not registered in this project.
    """

    code = "missing-registration"
    template = _(
        "No %(kind)s is registered as “%(name)s”. Register it in a workflow_apps.py of an installed app."
    )
