"""
The Celery app of these tests, alike in the test and in its workers.
"""

from __future__ import annotations

from celery import Celery


def made(broker: str, queue: str) -> Celery:
    """An app with a queue of its own at that broker."""
    app = Celery("goflow-tests", broker=broker)
    app.conf.update(
        task_default_queue=queue,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        include=["goflow.tasks"],
    )
    return app
