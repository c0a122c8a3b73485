"""
How fast the designer is: ``python -m bench.bench_designer`` prints a table.

It serves the demo, draws 50, 200 and 500 activities in the system's Chromium, and measures the time to the
first frame and the frames per second while activities are dragged. A second table tells what the outline
costs the processor, to open and per edit, and how many times as much at 400 activities as at 50: at most 10.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SIZES = (50, 200, 500)
OUTLINED = (50, 400)
MOST_TIMES = 10
EDITS = 5
ROUNDS = 5
GROUP = 20
DRAG_SECONDS = 3
BUDGET_MS, BUDGET_FPS = 400, 55
COLUMNS = 20
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

# The second frame after the drawing is there shows what the first one painted.
WATCH = """
new MutationObserver((_, self) => {
  if (document.body?.dataset.ready === undefined) return;
  self.disconnect();
  const shown = () => { document.body.dataset.firstFrame = performance.now(); };
  requestAnimationFrame(() => requestAnimationFrame(shown));
}).observe(document, {attributes: true, childList: true, subtree: true});
"""
ARRIVED = "performance.getEntriesByType('resource').find(e => e.name.endsWith('/draft/')).responseEnd"
COUNT = """() => {
  window.frames_seen = [];
  const next = (now) => { window.frames_seen.push(now); window.counting = requestAnimationFrame(next); };
  window.counting = requestAnimationFrame(next);
}"""
CREATE = """async (graph) => {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)[1];
  const headers = {'Content-Type': 'application/json', 'X-CSRFToken': token};
  const request = {method: 'POST', headers, body: JSON.stringify({graph})};
  const answer = await fetch('/leave/designer/new/', request);
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()).url;
}"""


DONE = "new Promise((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(done))))"


@dataclass(frozen=True, slots=True)
class Drag:
    """Frames per second, and the milliseconds that 95 of 100 frames keep within."""

    fps: float
    p95: float


def drawing(nodes: int) -> dict[str, Any]:
    """Rows of activities, a third of them with a second way out; nearly half of the ways have a condition."""
    ends = [(i, i + 1) for i in range(nodes - 1)] + [(i, i + COLUMNS) for i in range(0, nodes - COLUMNS, 3)]
    return {
        "format": "goflow-process",
        "format_version": 1,
        "code": f"bench-{nodes}",
        "title": f"Bench {nodes}",
        "begin": "n0",
        "end": f"n{nodes - 1}",
        "activities": [
            {"key": f"n{i}", "title": f"Activity {i}", "position": [i % COLUMNS * 240, i // COLUMNS * 160]}
            for i in range(nodes)
        ],
        "transitions": [
            {
                "key": f"t{place}",
                "source": f"n{source}",
                "target": f"n{target}",
                "ordering": place,
                "condition": f"eq:CHOICE {place}" if place % 9 < 4 else "",
            }
            for place, (source, target) in enumerate(ends)
        ],
    }


@contextmanager
def demo() -> Iterator[str]:
    """The leave demo, as ``make demo`` serves it, in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="goflow-bench-") as folder:
        command = [sys.executable, str(ROOT / "leavedemo" / "manage.py"), "demo", "--port", "0"]
        environment = os.environ | {"LEAVEDEMO_DATA_DIR": folder, "PYTHONUNBUFFERED": "1"}
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert server.stdout
        try:
            line = next(line for line in server.stdout if "http://" in line)
            yield line.split()[0].rstrip("/")
        finally:
            server.terminate()
            server.wait()


def signed_in(browser: Browser, home: str) -> Page:
    page = browser.new_context(locale="en", viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{home}/leave/accounts/login/?next=/leave/mywork/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("open")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/mywork/")
    page.add_init_script(WATCH)
    return page


def opened(page: Page, address: str) -> tuple[float, float]:
    """Milliseconds to the first frame: since the server's answer with the drawing, and since the start."""
    page.goto(address)
    page.wait_for_selector("body[data-first-frame]")
    shown = float(page.evaluate("document.body.dataset.firstFrame"))
    return shown - float(page.evaluate(ARRIVED)), shown


def dragged(page: Page, count: int) -> Drag:
    """Drag so many activities about with the mouse, all of the drawing in view."""
    keys = [f"n{i}" for i in range(count)]
    page.evaluate("keys => document.body.designer.editor.select(keys)", keys)
    node = page.locator(".ds-node[data-key=n0]")
    box = node.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(COUNT)
    until, step = time.monotonic() + DRAG_SECONDS, 0
    while time.monotonic() < until:
        step += 1
        page.mouse.move(x + step % 150, y + step % 90)
    times: list[float] = page.evaluate("cancelAnimationFrame(window.counting), window.frames_seen")
    moved = node.bounding_box()
    page.mouse.up()
    if moved is None or (moved["x"], moved["y"]) == (box["x"], box["y"]):
        raise RuntimeError("The activity did not move, so there is nothing to count; look at the page.")
    gaps = [after - before for before, after in pairwise(times)]
    return Drag(1000 * len(gaps) / sum(gaps), statistics.quantiles(gaps, n=20)[-1])


def measure(page: Page, home: str, nodes: int) -> str:
    address = home + page.evaluate(CREATE, drawing(nodes))
    rounds = [opened(page, address) for _ in range(ROUNDS)]
    drawn, whole = (statistics.median(values) for values in zip(*rounds, strict=True))
    best = min(since_answer for since_answer, _ in rounds)
    one = dragged(page, 1)
    many = dragged(page, GROUP)
    elements = page.evaluate("document.querySelectorAll('*').length")
    return (
        f"| {nodes} | {elements} | {best:.0f} | {drawn:.0f} | {whole:.0f} | {one.fps:.1f} | {one.p95:.0f} "
        f"| {many.fps:.1f} | {many.p95:.0f} |"
    )


def worked(page: Page, script: str) -> float:
    """Milliseconds that the page's thread works for a script and for what is drawn after it."""
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")
    before = task_seconds(tools)
    page.evaluate(f"async () => {{ {script}; await {DONE}; }}")
    return 1000 * (task_seconds(tools) - before)


def task_seconds(tools: CDPSession) -> float:
    metrics = tools.send("Performance.getMetrics")["metrics"]
    return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")


def outlined(page: Page, home: str, nodes: int) -> tuple[float, float]:
    """Milliseconds of the processor to open the outline, and for one edit in it."""
    toggle = "document.querySelector('[data-tool=outline]').click()"
    address = home + page.evaluate(CREATE, drawing(nodes))
    rounds = []
    for _ in range(ROUNDS):
        opened(page, address)
        page.wait_for_timeout(1_000)
        rounds.append(worked(page, toggle))
    shown = statistics.median(rounds)
    rename = "document.body.designer.editor.rename('n7', 'Edit {}')"
    return shown, statistics.median(worked(page, rename.format(number)) for number in range(EDITS))


def outline_table(page: Page, home: str) -> None:
    print(f"\nAsked for: at {OUTLINED[1]} activities {MOST_TIMES} times the work of {OUTLINED[0]} at most.\n")
    print("| activities | open the outline, CPU ms | one edit, CPU ms |")
    print("| --- | --- | --- |")
    found = [outlined(page, home, nodes) for nodes in OUTLINED]
    for nodes, (shown, edit) in zip(OUTLINED, found, strict=True):
        print(f"| {nodes} | {shown:.0f} | {edit:.0f} |", flush=True)
    times = [large / small for small, large in zip(*found, strict=True)]
    print(f"| times | {times[0]:.1f} | {times[1]:.1f} |")


def main() -> None:
    print(
        f"Asked for at 200 activities: {BUDGET_MS} ms to the first frame, {BUDGET_FPS} frames per second.\n"
    )
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f}\n")
    dragging = f"drag 1 FPS | p95 ms | drag {GROUP} FPS | p95 ms"
    print(f"| activities | elements | best ms | drawn ms | opened ms | {dragging} |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    with demo() as home, sync_playwright() as playwright:
        program = os.environ.get("GOFLOW_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = signed_in(browser, home)
        for nodes in SIZES:
            print(measure(page, home, nodes), flush=True)
        outline_table(page, home)
        print(
            f"\nChromium {browser.version}, {os.cpu_count()} processors, load after: {os.getloadavg()[0]:.1f}"
        )
        browser.close()


if __name__ == "__main__":
    main()
