"""
Signals for the host project. Sent after commit with ``send_robust``: a failing receiver harms nothing.

    process_started      sender ProcessInstance   instance, process, actor
    process_published    sender Process           process, actor, rollback
    workitem_created     sender WorkItem          workitem
    workitem_assigned    sender WorkItem          workitem
    workitem_activated   sender WorkItem          workitem, actor
    workitem_completed   sender WorkItem          workitem, actor
    workitem_forwarded   sender WorkItem          workitem
    workitem_blocked     sender WorkItem          workitem
    workitem_fallout     sender WorkItem          workitem
    transition_evaluated sender Transition        transition, workitem, result
    transition_fired     sender WorkItem          workitem, activity, transition
    sla_warned           sender WorkItem          workitem
    sla_breached         sender WorkItem          workitem
    audit_event_created  sender AuditEvent        event
"""

from __future__ import annotations

from django.dispatch import Signal

process_started = Signal()
process_published = Signal()
workitem_created = Signal()
workitem_assigned = Signal()
workitem_activated = Signal()
workitem_completed = Signal()
workitem_forwarded = Signal()
workitem_blocked = Signal()
workitem_fallout = Signal()
transition_evaluated = Signal()
transition_fired = Signal()
sla_warned = Signal()
sla_breached = Signal()
audit_event_created = Signal()
