from __future__ import annotations

from goflow.runtime import jobs


def test_every_job_of_the_table_can_be_called():
    assert all(callable(job) for job in jobs.JOBS.values())
