"""
Processes out of the designer and in again: files, text, pictures, and what an import shows first.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from playwright.sync_api import Download, Locator, Page, expect

from goflow.workflow import exchange, loader
from goflow.workflow.models import Process
from tests.e2e.designer import Drawer, draft, two_in_a_row
from tests.e2e.hands import paste
from tests.e2e.screens import TWELVE

SVG = "{http://www.w3.org/2000/svg}"
LIGHT = 0.75
"""How bright a surface of an exported picture is at least, from 0 (black) to 1 (white)."""


def chosen(page: Page, name: str) -> None:
    page.locator("[data-tool=more]").click()
    page.get_by_role("menuitem", name=name).click()


def exported(page: Page, name: str) -> Download:
    with page.expect_download() as download:
        chosen(page, f"Export as {name}")
    return download.value


def content(download: Download) -> bytes:
    return Path(str(download.path())).read_bytes()


def previewed(page: Page, text: str) -> Locator:
    chosen(page, "Import…")
    paste(page.locator("[name=import]"), text)
    page.get_by_role("dialog").get_by_role("button", name="Preview…").click()
    return page.get_by_role("dialog").filter(has=page.get_by_role("button", name="Create the draft"))


def made(page: Page, dialog: Locator, process: Process) -> Process:
    dialog.get_by_role("button", name="Create the draft").click()
    page.wait_for_url(lambda url: "/designer/" in url and f"/{process.pk}/" not in url)
    page.wait_for_selector("body[data-ready]")
    return Process.objects.latest("pk")


def text_of(process: Process, **changes: Any) -> str:
    return json.dumps({**exchange.dump(process), **changes})


def test_an_exported_file_gives_the_same_graph_again(draw: Callable[..., Drawer], tmp_path: Path) -> None:
    process = draft(**TWELVE)
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    download = exported(page, "JSON")
    assert download.suggested_filename == "purchase.json"
    data = json.loads(content(download))
    file = tmp_path / "again.json"
    file.write_text(json.dumps({**data, "code": "again"}), encoding="utf-8-sig")
    chosen(page, "Import…")
    page.locator("[name=file]").set_input_files(file)
    expect(page.locator("[name=import]")).not_to_have_value("")
    page.get_by_role("dialog").get_by_role("button", name="Preview…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[data-counts]")).to_have_text("12 activities, 15 transitions")
    expect(dialog.get_by_text("new process “again”")).to_be_visible()
    drawer.look("import-preview")
    again = made(page, dialog, process)
    graphs = loader.read(again).graph, loader.read(process).graph
    assert again.code == "again"
    assert graphs[0].activities == graphs[1].activities
    assert graphs[0].transitions == graphs[1].transitions


def test_an_import_shows_what_it_renames_and_leaves_out(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    data = exchange.dump(process)
    first, second = data["activities"]  # type: ignore[misc]
    activities = [{**first, "roles": ["ghosts"]}, {**second, "title": "First"}]
    before = Process.objects.count()
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    dialog = previewed(page, json.dumps({**data, "activities": activities}))
    report = dialog.locator("[data-report] li")
    expect(report).to_have_count(2)
    expect(report.nth(0)).to_contain_text("“First 2”")
    expect(report.nth(1)).to_contain_text("ghosts")
    expect(dialog.get_by_text("version 2 of the process “drawn”")).to_be_visible()
    drawer.look("import-report")
    assert Process.objects.count() == before
    again = made(page, dialog, process)
    assert (again.code, again.version, again.status) == ("drawn", 2, "draft")
    assert [activity.title for activity in loader.read(again).graph.activities] == ["First", "First 2"]


def test_the_preview_draws_what_is_imported(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    drawer = draw()
    drawer.open(process)
    dialog = previewed(drawer.page, text_of(process, code="again"))
    picture = dialog.get_by_role("img", name="The drawing that is imported")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 100")


def test_a_cancelled_import_leaves_nothing(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    before = Process.objects.count()
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    dialog = previewed(page, text_of(process, code="again"))
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    chosen(page, "Import…")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    drawer.saved()
    assert Process.objects.count() == before
    assert f"/{process.pk}/" in page.url


def test_what_is_no_process_is_refused_in_the_dialog(draw: Callable[..., Drawer]) -> None:
    process = draft(**two_in_a_row())
    before = Process.objects.count()
    drawer = draw()
    drawer.open(process)
    page = drawer.page
    chosen(page, "Import…")
    dialog = page.get_by_role("dialog")
    for text, reason in (
        ("<bpmn>", "This is no JSON"),
        ("[]", "graph"),
        (
            text_of(process, transitions=[{"key": "x", "source": "first", "target": "nobody"}]),
            "transitions[0]",
        ),
        (text_of(process, surprise=1), "surprise"),
    ):
        paste(page.locator("[name=import]"), text)
        dialog.get_by_role("button", name="Preview…").click()
        expect(dialog.get_by_role("alert")).to_contain_text(reason)
    assert Process.objects.count() == before


def test_script_in_an_imported_file_stays_text(draw: Callable[..., Drawer]) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    process = draft(**two_in_a_row())
    data = exchange.dump(process)
    first, second = data["activities"]  # type: ignore[misc]
    activities = [
        {**first, "title": evil, "description": evil, "roles": [evil]},
        {**second, "application": evil},
    ]
    drawer = draw()
    page = drawer.page
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    drawer.open(process)
    dialog = previewed(page, json.dumps({**data, "code": "evil", "title": evil, "activities": activities}))
    expect(dialog.locator("[data-report]")).to_contain_text(evil)
    assert page.locator("img[src=x]").count() == 0
    made(page, dialog, process)
    expect(page.locator("#designer-title")).to_have_text(evil)
    expect(drawer.node(evil)).to_be_visible()
    assert page.locator("img").count() == 0
    assert dialogs == []


def brightness(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_svg_file_is_well_formed_and_light_in_the_dark_too(draw: Callable[..., Drawer]) -> None:
    drawer = draw(color_scheme="dark")
    drawer.open(draft(**TWELVE))
    download = exported(drawer.page, "SVG")
    root = ElementTree.fromstring(content(download))
    texts = {text for element in root.iter(f"{SVG}text") for text in element.itertext()}
    surfaces = [e.get("fill", "") for e in root.iter(f"{SVG}rect") if e.get("fill", "").startswith("#")]
    assert download.suggested_filename == "purchase.svg"
    assert root.tag == f"{SVG}svg"
    assert {"Ask", "Board", "Order"} <= texts
    assert surfaces
    assert min(map(brightness, surfaces)) >= LIGHT
    assert not list(root.iter(f"{SVG}script")) + list(root.iter(f"{SVG}foreignObject"))


def test_png_file_is_a_light_picture_in_the_dark_too(draw: Callable[..., Drawer]) -> None:
    drawer = draw(color_scheme="dark")
    drawer.open(draft(**TWELVE))
    page = drawer.page
    png = content(exported(page, "PNG"))
    svg = ElementTree.fromstring(content(exported(page, "SVG")))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    wanted = [round(2 * float(svg.get(name, "0"))) for name in ("width", "height")]
    assert abs(width - wanted[0]) <= 2
    assert abs(height - wanted[1]) <= 2
    assert drawer.page.evaluate(MEAN, list(png)) >= LIGHT


MEAN = """async bytes => {
  const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], {type: 'image/png'}));
  const canvas = new OffscreenCanvas(image.width, image.height);
  const brush = canvas.getContext('2d');
  brush.drawImage(image, 0, 0);
  const {data} = brush.getImageData(0, 0, image.width, image.height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4)
    sum += (data[at] + data[at + 1] + data[at + 2]) / 3 * data[at + 3] / 255;
  return sum / (data.length / 4) / 255;
}"""
