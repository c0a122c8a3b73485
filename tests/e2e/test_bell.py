from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import expect

from goflow.outbound.models import Notification
from tests.e2e.designer import Drawer

Draw = Callable[..., Drawer]


def tell(number: int = 1) -> None:
    socius = User.objects.get(username="socius")
    for _time in range(number):
        Notification.objects.create(
            user=socius, event="request_finished", params={"request": "Holidays", "process": "leave"}
        )


def test_the_bell_counts_without_a_new_page(draw: Draw) -> None:
    drawer = draw("socius", "s")
    page = drawer.page
    page.clock.install()
    page.goto(f"{drawer.home}/leave/mywork/")
    expect(page.locator("#bell-count")).to_be_hidden()
    expect(page.get_by_role("link", name="Notifications, all read")).to_be_visible()
    tell(2)
    page.clock.run_for(61_000)
    expect(page.locator("#bell-count")).to_have_text("2")
    expect(page.get_by_role("link", name="Notifications, 2 unread")).to_be_visible()


def test_what_was_told_is_read_by_opening_it(draw: Draw) -> None:
    drawer = draw("socius", "s")
    page = drawer.page
    tell(3)
    page.goto(f"{drawer.home}/leave/mywork/")
    page.get_by_role("link", name="Notifications, 3 unread").click()
    page.get_by_role("button", name="Your request “Holidays” is complete").first.click()
    expect(page.locator("#bell-count")).to_have_text("2")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_text("2 notifications are marked as read.")).to_be_visible()
    expect(page.locator("#bell-count")).to_be_hidden()
