"""
Who works on which messages of the outbox.
"""

from __future__ import annotations

from goflow.conf import conf
from goflow.journal import outbox
from goflow.outbound import breaking, delivering, mail
from goflow.outbound.dispatcher import Lane
from goflow.outbound.relay import relay
from goflow.runtime.actions import run_actions
from goflow.runtime.working import apply_results, run_jobs, suspended
from goflow.workflow.registry import jobs_run_here

# In the order of a pass: what causes events before the events, what waits for others after, and last what
# may take as long as it likes.
LANES: dict[str, Lane] = {
    outbox.ACTION: Lane((outbox.ACTION,), run_actions, batch=20, seconds=60, skip=suspended),
    outbox.RESULT: Lane((outbox.RESULT,), apply_results, batch=20, seconds=60, skip=suspended),
    outbox.EVENTS: Lane((outbox.EVENTS,), relay, batch=50, seconds=60),
    outbox.WEBHOOK: Lane(
        (outbox.WEBHOOK,),
        delivering.deliver,
        batch=delivering.BATCH,
        seconds=delivering.LEASE,
        skip=breaking.resting,
    ),
    outbox.MAIL: Lane(
        (outbox.MAIL, outbox.DIGEST, outbox.NOTIFICATION),
        mail.send_mails,
        batch=mail.BATCH,
        seconds=mail.lease_seconds,
    ),
    # One at a time: however long an application runs, it keeps no other job waiting under its lease.
    outbox.JOB: Lane(
        (outbox.JOB,),
        run_jobs,
        batch=1,
        seconds=lambda: conf.JOB_LEASE,
        topics=jobs_run_here,
        skip=suspended,
    ),
}
