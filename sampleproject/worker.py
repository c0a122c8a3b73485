"""
A worker outside of the project: it knows the API and nothing else. It counts the words of texts to translate.

    python sampleproject/worker.py http://127.0.0.1:8000/api worker worker         # looks every five seconds
    python sampleproject/worker.py http://127.0.0.1:8000/api worker worker --once  # ends when nothing is left
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from typing import Any

TOPIC = "sampleapp.count_words"
CENTS_PER_WORD = 12
UNAUTHORIZED, CONFLICT = 401, 409


class Worker:
    def __init__(self, api: str, username: str, password: str) -> None:
        self.api, self.person, self.access = api, {"username": username, "password": password}, ""

    def ask(self, path: str, body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.access}"}
        request = urllib.request.Request(self.api + path, json.dumps(body).encode(), headers)  # noqa: S310 - your own server
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return json.load(answer)

    def round(self) -> int:
        """
        Work on what there is. Returns how many jobs that were.
        """
        try:
            jobs = self.ask("/protected/jobs/fetch", {"topics": [TOPIC], "worker": "counter", "limit": 10})
        except urllib.error.HTTPError as exc:
            if exc.code != UNAUTHORIZED:
                raise
            self.access = self.ask("/auth/mobile/sign-in", self.person)["access"]
            return self.round()
        for job in jobs:
            self.settle(job, *work(job["data"]))
        return len(jobs)

    def settle(self, job: dict[str, Any], verb: str, result: dict[str, Any]) -> None:
        try:
            self.ask(f"/protected/jobs/{job['id']}/{verb}", {"token": job["token"], **result})
        except urllib.error.HTTPError as exc:
            if exc.code != CONFLICT:  # another worker has taken over, or nobody needs it any more
                raise


def work(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """
    What to tell about the job, and with which values. Doing it twice does no harm, so the key is not needed.
    """
    words = len(str(data.get("text", "")).split())
    if not words:
        return "fail", {"error": "There is no text to count; correct the data and retry.", "final": True}
    return "complete", {"data": {"words": words, "cents": words * CENTS_PER_WORD}}


def main(api: str, username: str, password: str, *options: str) -> None:
    worker = Worker(api, username, password)
    while worker.round() or "--once" not in options:
        time.sleep(0 if options else 5)


if __name__ == "__main__":
    main(*sys.argv[1:])
