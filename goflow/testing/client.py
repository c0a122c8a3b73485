"""
A thin client of the REST API, for tests and as an example of what any client does.

    client = Client("http://127.0.0.1:8000/api")
    client.sign_in("tertius", "t")
    started = client.start("leave", ("leave", "leaverequest", 1))
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

PATIENCE_SECONDS = 30
UNAUTHORIZED = 401
REFUSED = 400

T = TypeVar("T")


class ApiError(Exception):
    """
    The server refused: compare ``code``, show ``detail``.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.detail = str(problem.get("detail", ""))
        self.problem = dict(problem)
        super().__init__(f"{status} {self.code}: {self.detail}")


@dataclass(frozen=True, slots=True)
class Item:
    """
    One line of a list of work.
    """

    id: int
    status: str
    activity_id: int
    instance_id: int
    user_id: int | str | None


@dataclass(frozen=True, slots=True)
class Done:
    """
    What ``activate`` and ``complete`` answer.
    """

    status: str
    workitem_id: int


@dataclass(frozen=True, slots=True)
class Started:
    """
    What ``start`` answers.
    """

    status: str
    workitem_id: int
    instance_id: int


@dataclass(frozen=True, slots=True)
class Job:
    """
    A job of an external activity, held by its ``token`` until the lease ends.
    """

    id: int
    token: str
    key: str
    topic: str
    attempt: int
    workitem_id: int
    instance_id: int
    params: dict[str, Any]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """
    Status, headers and decoded body of a response.
    """

    status: int
    headers: Mapping[str, str]
    body: Any  # JSON


class Client:
    """
    One person at the API, signed in as an app. Expired access tokens are refreshed by themselves.
    """

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{base_url!r} is no address; use one such as http://127.0.0.1:8000/api")
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path.rstrip("/")
        self.access = ""
        self.refresh_token = ""

    def sign_in(self, username: str, password: str) -> None:
        """
        Raises ApiError: 401 for a wrong password, 429 after too many of them.
        """
        self._keep(
            self._checked("POST", "/auth/mobile/sign-in", {"username": username, "password": password})
        )

    def refresh(self) -> None:
        """
        New tokens. Raises ApiError (401) when the refresh token does not count any more: sign in again.
        """
        self._keep(self._checked("POST", "/auth/mobile/token-refresh", {"refresh": self.refresh_token}))

    def _keep(self, answer: Answer) -> None:
        self.access, self.refresh_token = answer.body["access"], answer.body["refresh"]

    def me(self) -> str:
        """
        The user name.
        """
        return str(self.call("GET", "/me").body["username"])

    def start(
        self,
        process: str,
        about: tuple[str, str, int | str] | None = None,
        *,
        title: str | None = None,
        priority: int | None = None,
        data: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> Started:
        """
        Start a process for an object named by (app label, model, id), or for none.
        """
        names = ("content_app_label", "content_model", "object_id")
        given = dict(zip(names, about, strict=True)) if about else {}
        more = {"title": title, "priority": priority, "data": data}
        body = {"process_name": process, **given, **{k: v for k, v in more.items() if v is not None}}
        return _read(Started, self.call("POST", "/processes/start", body, key=key).body)

    def workitems(self, **filters: Any) -> Iterator[Item]:
        """
        Every item the person may see, page by page.
        """
        return (_read(Item, row) for row in self.pages("/workitems", **filters))

    def my_workitems(self, **filters: Any) -> Iterator[Item]:
        """
        Every item of the person's own, page by page.
        """
        return (_read(Item, row) for row in self.pages("/my/workitems", **filters))

    def workitem(self, pk: int) -> dict[str, Any]:
        """
        One item with its history, outcomes and form.
        """
        return dict(self.call("GET", f"/workitems/{pk}").body)

    def instance(self, pk: int) -> dict[str, Any]:
        """
        One instance with its items.
        """
        return dict(self.call("GET", f"/instances/{pk}").body)

    def activate(self, pk: int, *, version: int | None = None) -> Done:
        """
        Take an item.
        """
        body = None if version is None else {"version": version}
        return _read(Done, self.call("POST", f"/workitems/{pk}/activate", body).body)

    def complete(
        self,
        pk: int,
        condition: str | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        version: int | None = None,
        seen: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> Done:
        """
        Decide an item. ``data`` answers its form, ``seen`` is what the fields showed, to hear of changes.
        """
        given = {"condition": condition, "data": data, "version": version, "seen": seen}
        body = {name: value for name, value in given.items() if value is not None}
        return _read(Done, self.call("POST", f"/workitems/{pk}/complete", body, key=key).body)

    def jobs(self, *topics: str, worker: str = "", limit: int = 1, seconds: int = 60) -> list[Job]:
        """
        Fetch jobs of these topics; nobody else gets them for so many seconds.
        """
        body = {"topics": list(topics), "worker": worker, "limit": limit, "lease_seconds": seconds}
        return [_read(Job, row) for row in self.call("POST", "/jobs/fetch", body).body]

    def extend_job(self, job: Job, seconds: int) -> str:
        """
        Keep a job longer. Returns until when. Raises ApiError (409) when somebody has taken over.
        """
        body = {"token": job.token, "seconds": seconds}
        return str(self.call("POST", f"/jobs/{job.id}/extend", body).body["lease_until"])

    def complete_job(
        self, job: Job, outcome: str | None = None, data: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """
        Hand in the result of a job.
        """
        body = {"token": job.token, "outcome": outcome, "data": dict(data or {})}
        return dict(self.call("POST", f"/jobs/{job.id}/complete", body).body)

    def fail_job(
        self, job: Job, error: str, *, retry_in: int | None = None, final: bool = False
    ) -> dict[str, Any]:
        """
        Say what went wrong with a job.
        """
        body = {"token": job.token, "error": error, "retry_in_seconds": retry_in, "final": final}
        return dict(self.call("POST", f"/jobs/{job.id}/fail", body).body)

    def pages(self, path: str, **filters: Any) -> Iterator[dict[str, Any]]:
        """
        The rows of every page of a list.
        """
        query = dict(filters)
        while True:
            answer = self.call("GET", f"{path}?{urlencode(query)}")
            yield from answer.body
            cursor = answer.headers.get("X-Next-Cursor")
            if not cursor:
                return
            query["cursor"] = cursor

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> Answer:
        """
        Any operation below ``/protected``. Raises ApiError.
        """
        headers = {} if key is None else {"Idempotency-Key": key}
        try:
            return self._checked(method, f"/protected{path}", body, headers)
        except ApiError as exc:
            if exc.status != UNAUTHORIZED or not self.refresh_token:
                raise
        self.refresh()
        return self._checked(method, f"/protected{path}", body, headers)

    def _checked(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        answer = self._send(method, path, body, headers or {})
        if answer.status >= REFUSED:
            raise ApiError(answer.status, answer.body)
        return answer

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> Answer:
        signed = {"Authorization": f"Bearer {self.access}"} if self.access else {}
        kind = {} if body is None else {"Content-Type": "application/json"}
        connection = self._kind(self._host, self._port, timeout=PATIENCE_SECONDS)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, f"{self._path}{path}", text, {**signed, **kind, **headers})
            return _answer(connection.getresponse())
        finally:
            connection.close()


def _answer(response: HTTPResponse) -> Answer:
    content = response.read()
    is_json = "json" in (response.headers.get_content_type() or "")
    body = json.loads(content) if content and is_json else {}
    return Answer(response.status, dict(response.headers), body)


def _read(kind: type[T], row: Mapping[str, Any]) -> T:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type] # our dataclasses
    return kind(**{name: row[name] for name in names})
