"""
Every page as people meet it: with work, with a running instance, with a process of twelve activities.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from goflow.runtime import engine
from goflow.runtime.jobs import deliver_outbox
from goflow.runtime.models import WorkItem
from goflow.workflow import exchange
from goflow.workflow.models import Process
from leavedemo.leave.models import LeaveRequest
from tests.e2e.designer import Drawer, draft
from tests.e2e.hands import paste

Draw = Callable[..., Drawer]
Screens = Iterator[tuple[str, Page]]

ACTIVITIES: list[dict[str, Any]] = [
    {"key": "ask", "title": "Ask", "roles": ["employee"], "position": [40, 240]},
    {"key": "check", "title": "Check the budget", "split_mode": "xor", "position": [280, 240]},
    {"key": "small", "title": "Small sum", "roles": ["secretary"], "position": [520, 80]},
    {"key": "large", "title": "Large sum", "roles": ["manager"], "position": [520, 240]},
    {"key": "refine", "title": "Refine", "position": [520, 400]},
    {"key": "offers", "title": "Ask for offers", "position": [760, 80], "description": "Three of them."},
    {"key": "legal", "title": "Legal review", "position": [760, 240]},
    {"key": "board", "title": "Board", "split_mode": "xor", "position": [1000, 240]},
    {"key": "order", "title": "Order", "join_mode": "xor", "position": [1240, 160]},
    {"key": "receive", "title": "Receive", "position": [1480, 80]},
    {"key": "invoice", "title": "Pay the invoice", "position": [1480, 240]},
    {"key": "end", "title": "End", "join_mode": "and", "position": [1720, 160]},
]

WAYS = (
    ("ask", "check", ""),
    ("check", "small", "eq:SMALL"),
    ("check", "large", "eq:LARGE"),
    ("check", "refine", ""),
    ("refine", "check", ""),
    ("small", "offers", ""),
    ("offers", "order", ""),
    ("large", "legal", ""),
    ("legal", "board", ""),
    ("board", "order", "eq:YES"),
    ("board", "refine", "eq:NO"),
    ("order", "receive", ""),
    ("order", "invoice", ""),
    ("receive", "end", ""),
    ("invoice", "end", ""),
)

TWELVE: dict[str, Any] = {
    "title": "Purchase",
    "code": "purchase",
    "begin": "ask",
    "end": "end",
    "activities": ACTIVITIES,
    "transitions": [
        {
            "key": f"{source}-{target}",
            "source": source,
            "target": target,
            "condition": condition,
            "ordering": place,
        }
        for place, (source, target, condition) in enumerate(WAYS)
    ],
}


def asked() -> WorkItem:
    """A request for leave that waits for its secretary, socius."""
    tertius = User.objects.get(username="tertius")
    wish = LeaveRequest.objects.create(
        day_start=date(2030, 1, 7), day_end=date(2030, 1, 9), reason="Snow", requester=tertius
    )
    engine.start("leave", tertius, wish)
    return WorkItem.objects.get(user__username="socius")


def of_people(draw: Draw, language: str = "", **context: Any) -> Screens:
    """Sign-in, lists, a work item and its instance, as the secretary sees them."""
    item = asked()
    deliver_outbox(("events",))
    drawer = draw("socius", "s", **context)
    page, home = drawer.page, f"{drawer.home}{language}/leave"
    for name, address in (
        ("my work", "mywork/"),
        ("available", "available/"),
        ("start", "start/"),
        ("work item", f"workitems/{item.pk}/"),
        ("instance", f"instances/{item.instance_id}/"),
        ("notifications", "notifications/"),
        ("choice of mails", "notifications/settings/"),
    ):
        page.goto(f"{home}/{address}")
        yield name, page
    drawer.context.clear_cookies()
    page.goto(f"{home}/accounts/login/")
    yield "sign-in", page


def of_keepers(draw: Draw, language: str = "", **context: Any) -> Screens:
    """The monitor and the pages of processes, as the administrator sees them."""
    asked()
    process = draft(**TWELVE)
    published = Process.objects.get(code="leave")
    drawer = draw(**context)
    for name, address in (
        ("monitor", "monitor/"),
        ("processes", "process/"),
        ("process", f"process/{published.pk}/"),
        ("draft", f"process/{process.pk}/"),
        ("versions", f"process/{published.pk}/versions/"),
        ("publish", f"process/{process.pk}/publish/"),
    ):
        drawer.page.goto(f"{drawer.home}{language}/leave/{address}")
        yield name, drawer.page


def of_designer(draw: Draw, language: str = "", **context: Any) -> Screens:
    """The designer with nothing, an activity, a way, the problems, the outline, the versions and a dialog."""
    drawer = draw(**context)
    page = drawer.page
    drawer.open(draft(), language)
    yield "empty", page
    drawer.open(draft(**TWELVE), language)
    page.wait_for_selector(".ds-node[data-key=end]")
    yield "canvas", page
    drawer.node("Board").click()
    expect(page.locator("[data-panel=properties] [name=title]")).to_be_visible()
    yield "activity", page
    page.locator(".ds-way").first.click(force=True)
    expect(page.locator("[data-panel=properties] [name=condition]")).to_be_visible()
    yield "way", page
    for name, control in (("problems", "tab"), ("history", "tab"), ("outline", "tool")):
        page.locator(f"[data-{control}={name}]").click()
        page.wait_for_load_state("networkidle")
        yield name, page
    page.locator("[data-tool=publish]").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_load_state("networkidle")
    yield "publish dialog", page


def of_dialogs(draw: Draw, language: str = "", **context: Any) -> Screens:
    """What opens over the drawing: keys, menu, import and its preview, condition, a run, choices."""
    drawer = draw(**context)
    page = drawer.page
    process = draft(**TWELVE)
    drawer.open(process, language)
    page.wait_for_selector(".ds-node[data-key=end]")
    dialog = page.get_by_role("dialog")
    page.locator("[data-tool=help]").click()
    expect(dialog).to_be_visible()
    yield "keys", page
    page.keyboard.press("Escape")
    page.locator("[data-tool=more]").click()
    yield "menu", page
    page.get_by_role("menuitem").nth(3).click()
    yield "import", page
    doubled = [{**activity, "title": "Ask", "roles": ["ghosts"]} for activity in ACTIVITIES]
    paste(page.locator("[name=import]"), json.dumps({**exchange.dump(process), "activities": doubled}))
    page.locator("[data-value=preview]").click()
    expect(page.locator("[data-report]")).to_be_visible()
    yield "preview", page
    page.keyboard.press("Escape")
    drawer.node("Board").click()
    page.locator(".ds-ways .ds-tool").first.click()
    expect(page.locator("[data-branch]").first).to_be_visible()
    yield "condition", page
    page.keyboard.press("Escape")
    page.locator("[data-tool=simulate]").click()
    expect(page.locator("[data-bar=run]")).to_be_visible()
    yield "run", page
    page.locator("[data-tool=simulate]").click()
    drawer.open(draft(), language)
    page.locator("[data-template=leave]").click()
    expect(page.locator(".ds-node").first).to_be_visible()
    drawer.saved()
    page.locator(".ds-canvas").focus()
    page.keyboard.press("n")
    expect(page.locator(".ds-popup")).to_be_visible()
    yield "popup", page
