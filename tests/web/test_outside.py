"""
What a program does for a request, on its pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from goflow.journal import outbox
from goflow.runtime import engine
from goflow.runtime.models import WorkItem
from goflow.testing import moved, process
from goflow.workflow import registry
from tests.web.conftest import As, Company, Unchanged


@pytest.fixture
def item(company: Company) -> Iterator[WorkItem]:
    """Anna's poster, printed by workers outside."""
    with registry.registered(registry.APPLICATION, "print.poster", external=True):
        process(
            "Poster",
            [("Print", {"autostart": True, "application": "print.poster"}), "Hang"],
            [("Print", "Hang")],
        )
        yield engine.start("Poster", company.anna)


def lease() -> outbox.Lease:
    return outbox.claim([outbox.JOB], limit=1, seconds=60, worker="press-1")


def fail(error: str = "no ink", *, final: bool = False) -> None:
    (job,) = lease().messages
    engine.fail_job(job.pk, job.lease_token, error, 3600, final=final)


def on_pages(as_: As, user: object, item: WorkItem) -> list[str]:
    paths = (f"/workflow/instances/{item.instance_id}/", f"/workflow/workitems/{item.pk}/")
    return [as_(user).get(path).content.decode() for path in paths]


def test_a_job_waits_for_a_program(as_: As, company: Company, item: WorkItem) -> None:
    for text in on_pages(as_, company.anna, item):
        assert "waits for a program" in text
        assert "not taken yet" not in text


def test_somebody_has_it(as_: As, company: Company, item: WorkItem) -> None:
    lease()
    for text in on_pages(as_, company.root, item):
        assert "a program works on it · attempt 1 · press-1" in text
    for text in on_pages(as_, company.anna, item):
        assert "a program works on it · attempt 1" in text
        assert "press-1" not in text


def test_a_dead_worker_has_it_no_longer(as_: As, company: Company, item: WorkItem) -> None:
    lease()
    with moved(timedelta(seconds=61)):
        assert "waits for a program · attempt 1" in on_pages(as_, company.root, item)[0]


def test_administrators_read_the_error_and_the_next_try(as_: As, company: Company, item: WorkItem) -> None:
    fail("no <ink>")
    for text in on_pages(as_, company.root, item):
        assert "a program tries again on " in text
        assert "no &lt;ink&gt;" in text
    for text in on_pages(as_, company.anna, item):
        assert "attempt 1" in text
        assert "ink" not in text.replace("link", "")


def test_a_kept_result_is_told(as_: As, company: Company, item: WorkItem) -> None:
    (job,) = lease().messages
    engine.suspend(item.instance_id, actor=company.root)
    engine.finish_job(job.pk, job.lease_token)
    assert "done by a program, not taken over yet" in on_pages(as_, company.root, item)[0]


def test_administrators_retry_what_failed_for_good(as_: As, company: Company, item: WorkItem) -> None:
    fail(final=True)
    incident = item.incidents.get()
    assert "no ink" in on_pages(as_, company.root, item)[0]
    as_(company.root).post(f"/workflow/incidents/{incident.pk}/retry/")
    item.refresh_from_db()
    assert item.status == "active"
    assert "waits for a program" in on_pages(as_, company.root, item)[0]


def test_nobody_decides_it_by_hand(as_: As, company: Company, item: WorkItem, unchanged: Unchanged) -> None:
    with unchanged():
        assert as_(company.root).post(f"/workflow/workitems/{item.pk}/", {"outcome": "OK"}).status_code == 409
    assert "Hand it over" not in on_pages(as_, company.root, item)[1]
