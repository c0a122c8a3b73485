"""
A draft can always be saved; when it is not, nobody overlooks it, and nothing typed is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib.auth.models import Group, Permission, User
from playwright.sync_api import Locator, Page, expect

from goflow.workflow import loader
from goflow.workflow.models import Process
from tests.e2e.designer import Drawer, admin, bea, draft, titles, two_in_a_row, typed


def state(drawer: Drawer, wanted: str) -> None:
    expect(drawer.page.locator("#designer-save")).to_have_attribute("data-state", wanted)


def bar(drawer: Drawer) -> Locator:
    return drawer.page.locator("[data-bar=unsaved]")


def roles(process: Process) -> tuple[str, ...]:
    return loader.read(Process.objects.get(pk=process.pk)).graph.activity("second").roles


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Username").press_sequentially(name, delay=60)
    page.get_by_label("Password").press_sequentially("open", delay=60)
    page.get_by_role("button", name="Sign in").click()


def sign_out(drawer: Drawer) -> Page:
    """In another tab of the same browser."""
    tab = drawer.context.new_page()
    tab.goto(f"{drawer.home}/leave/mywork/")
    tab.get_by_role("button", name="Sign out").click()
    # A tab that is closed while it is still on its way may never say that it is closed.
    expect(tab.get_by_role("button", name="Sign in")).to_be_visible()
    tab.wait_for_load_state("networkidle")
    return tab


def with_unknown_role(draw: Callable[..., Drawer], *who: str) -> tuple[Process, Drawer]:
    process = draft(**two_in_a_row())
    drawer = draw(*who)
    drawer.open(process)
    drawer.page.evaluate("() => document.body.designer.editor.patch(['second'], {roles: ['Purchasing']})")
    drawer.saved()
    return process, drawer


def test_an_unknown_role_is_saved_found_and_made(draw: Callable[..., Drawer]) -> None:
    process, drawer = with_unknown_role(draw)
    typed(drawer, "First", "Later edits")
    drawer.saved()
    expect(bar(drawer)).to_be_hidden()
    drawer.page.locator("[data-tab=problems]").click()
    finding = drawer.page.locator(".ds-error").filter(has_text="names the role “Purchasing”")
    drawer.look("unknown-role")
    finding.get_by_role("button", name="Create the role “Purchasing”").click()
    expect(drawer.page.locator(".toast")).to_contain_text("The role “Purchasing” exists now")
    expect(finding).to_have_count(0)
    assert Group.objects.filter(name="Purchasing").exists()
    assert titles(process) == ["Later edits", "Second"]
    assert roles(process) == ("Purchasing",)


def test_who_may_make_no_roles_is_told_whom_to_ask(draw: Callable[..., Drawer]) -> None:
    process, drawer = with_unknown_role(draw)
    plain = User.objects.create_user("petra", password="open")
    plain.user_permissions.add(Permission.objects.get(codename="change_process"))
    other = draw("petra")
    other.open(process)
    other.page.locator("[data-tab=problems]").click()
    finding = other.page.locator(".ds-error").filter(has_text="names the role “Purchasing”")
    expect(finding).to_contain_text("Ask ")
    expect(finding.get_by_role("button", name="Create the role")).to_have_count(0)
    finding.get_by_role("button", name="Take “Purchasing” out").click()
    expect(finding).to_have_count(0)
    other.saved()
    assert roles(process) == ()
    assert drawer.page


def test_no_connection_is_a_red_bar_that_goes_by_itself(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    drawer.context.set_offline(True)
    typed(drawer, "First", "Offline")
    drawer.page.keyboard.press("Control+s")
    state(drawer, "failed")
    expect(bar(drawer)).to_contain_text("there is no connection to the server")
    drawer.look("no-connection")
    bar(drawer).get_by_role("button", name="Try again").focus()
    drawer.page.keyboard.press("Enter")
    state(drawer, "failed")
    expect(bar(drawer).get_by_role("button", name="Try again")).to_be_focused()
    drawer.context.set_offline(False)
    state(drawer, "saved")
    expect(bar(drawer)).to_be_hidden()
    assert titles(process) == ["Offline", "Second"]


def test_saving_goes_on_after_signing_in_in_another_tab(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.expected |= {401, 403}
    drawer.open(process)
    sign_out(drawer).close()
    typed(drawer, "First", "Typed while signed out")
    drawer.page.keyboard.press("Control+s")
    state(drawer, "failed")
    expect(bar(drawer)).to_contain_text("you are signed out")
    drawer.look("signed-out")
    with drawer.context.expect_page() as opened:
        bar(drawer).get_by_role("button", name="Sign in").click()
    tab = opened.value
    typed(drawer, "Second", "And more")
    sign_in(tab, "admin")
    expect(tab.get_by_text("Close this tab and go back to your drawing")).to_be_visible()
    tab.wait_for_load_state("networkidle")
    tab.close()
    state(drawer, "saved")
    expect(bar(drawer)).to_be_hidden()
    assert titles(process) == ["And more", "Typed while signed out"]
    typed(drawer, "And more", "Once more")
    drawer.saved()
    assert titles(process) == ["Once more", "Typed while signed out"]


def test_signing_in_between_two_saves_is_not_even_noticed(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.expected |= {401, 403}
    drawer.open(process)
    tab = sign_out(drawer)
    tab.goto(f"{drawer.home}/leave/accounts/login/?next=/leave/mywork/")
    sign_in(tab, "admin")
    tab.wait_for_url("**/mywork/")
    tab.wait_for_load_state("networkidle")
    tab.close()
    typed(drawer, "First", "Saved at once")
    drawer.saved()
    assert titles(process) == ["Saved at once", "Second"]


def test_a_token_that_scripts_cannot_read_is_asked_for(draw: Callable[..., Drawer], settings: object) -> None:
    settings.CSRF_COOKIE_HTTPONLY = True  # type: ignore[attr-defined] # of pytest-django
    test_signing_in_between_two_saves_is_not_even_noticed(draw)


def test_nothing_is_saved_under_another_name_unasked(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    bea()
    drawer = draw()
    drawer.expected |= {401, 403}
    drawer.open(process)
    tab = sign_out(drawer)
    tab.goto(f"{drawer.home}/leave/accounts/login/?next=/leave/mywork/")
    sign_in(tab, "bea")
    tab.wait_for_url("**/mywork/")
    tab.wait_for_load_state("networkidle")
    tab.close()
    typed(drawer, "First", "By Admin")
    drawer.page.keyboard.press("Control+s")
    state(drawer, "refused")
    expect(bar(drawer)).to_contain_text("Bea Berg is signed in in this browser now")
    drawer.look("another-person")
    assert titles(process) == ["First", "Second"]
    bar(drawer).get_by_role("button", name="Save as Bea Berg").click()
    state(drawer, "saved")
    assert titles(process) == ["By Admin", "Second"]


def test_what_the_server_refuses_is_shown_where_it_is(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    write = "text => document.body.designer.editor.patch(['second'], {description: text})"
    drawer.page.evaluate(write, "x" * 10_001)
    drawer.page.keyboard.press("Control+s")
    state(drawer, "refused")
    expect(bar(drawer)).to_contain_text("Not saved: “Second” has 10001 characters")
    drawer.look("refused")
    bar(drawer).get_by_role("button", name="Show the problem").click()
    expect(drawer.page.locator("#designer-properties [name=title]")).to_have_value("Second")
    drawer.page.evaluate(write, "short")
    drawer.saved()
    expect(bar(drawer)).to_be_hidden()


def test_a_new_process_is_named_drawn_published_and_started(draw: Callable[..., Drawer]) -> None:
    drawer = draw()
    page = drawer.page
    page.goto(f"{drawer.home}/leave/process/")
    page.get_by_role("link", name="New process").click()
    expect(page.get_by_label("What is the process called?")).to_be_focused()
    page.keyboard.type("Travel request", delay=80)
    page.get_by_label("Leave request").check()
    drawer.look("new-process")
    page.get_by_role("button", name="Create and draw").click()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#designer-title")).to_have_text("Travel request")
    process = Process.objects.get(code="travel-request")
    title = page.locator("#designer-properties [name=title]")
    title.press("Control+a")
    title.press_sequentially("Trip", delay=80)
    title.press("Tab")
    drawer.saved()
    expect(page.locator("#designer-title")).to_have_text("Trip")
    expect(page).to_have_title("Trip · goflow")
    process.refresh_from_db()
    assert (process.title, process.code) == ("Trip", "trip")
    assert not Group.objects.filter(name__in=["Travel request", "Trip"]).exists()
    page.locator("[data-tool=publish]").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=note]").press_sequentially("First", delay=60)
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_contain_text("Version 1 of “Trip” is published")
    expect(dialog).to_contain_text("Nobody but administrators may start it yet")
    expect(dialog.get_by_role("link", name="Choose who may start it")).to_have_attribute(
        "href", re.compile("/auth/group/")
    )
    drawer.look("published")
    dialog.get_by_role("link", name="Start one").click()
    page.wait_for_url("**/start_proto/trip/")


def test_the_process_page_leads_straight_to_the_designer(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    process.publish(by=admin())
    drawer = draw()
    drawer.page.goto(f"{drawer.home}/leave/process/{process.pk}/")
    drawer.look("process-page")
    drawer.page.get_by_role("button", name="Edit as new draft").click()
    drawer.page.wait_for_selector("body[data-ready]")
    expect(drawer.page.locator("#designer-version")).to_contain_text("Version 2")
    expect(drawer.node("First")).to_be_visible()
