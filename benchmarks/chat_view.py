"""Measure the whole chat in a report in Chromium: size, opening, scrolling, search, filter, the step to a hit.

    python benchmarks/chat_view.py FOLDER [--messages N] [--repeat R] [--report REPORT.html]

FOLDER keeps the generated export, its case and the report. Chromium is the system's (``CHROMIUM`` names another);
Playwright is in the extra ``test``. Each line gives the median and the worst of R fresh pages, in milliseconds, as
wall time and as CPU time of the page's main thread; on a machine that does other work only the second says
something about the page (the last line is the load average). ``scroll`` is the time of one step of 400 pixels,
``jump`` of one step of 1/40 of the chat; a stall is a step of over 100 ms. With ``--report`` an existing report is
opened, and only that.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from generate_exports import export
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPENED = """() => {
  const timing = performance.getEntriesByType('navigation')[0];
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return {painted: paint ? paint.startTime : -1, ready: timing.domContentLoadedEventEnd};
}"""
# Two frames after the work: the second one begins when the first was painted.
TIMED = """async (work) => {
  const shown = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await shown();
  const start = performance.now();
  const find = document.getElementById('find');
  const who = document.getElementById('who');
  if (work === 'first search' || work === 'search') {
    find.value = work === 'search' ? 'invoice' : 'tomorrow';
    find.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'}));
  } else if (work === 'filter') {
    who.selectedIndex = 1;
    who.dispatchEvent(new Event('change'));
  } else document.getElementById('next').click();
  const worked = performance.now() - start;
  await shown();
  return {worked, shown: performance.now() - start, found: document.getElementById('found').textContent};
}"""
SCROLL = """async ([steps, pixels]) => {
  const frames = [];
  const whole = document.querySelector('.bubbles.whole');
  const top = whole.getBoundingClientRect().top + scrollY;
  const step = pixels || whole.offsetHeight / steps;
  let last = performance.now();
  for (let n = 0; n <= steps; n += 1) {
    scrollTo({top: top + n * step, behavior: 'instant'});
    await new Promise((done) => requestAnimationFrame(done));
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  return frames.slice(1);
}"""


def main() -> None:
    """Print one line a measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--messages", type=int, default=40_000)
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--report", type=Path)
    given = options.parse_args()
    page = given.report or made(given.folder, given.messages)
    print(f"size          {page.stat().st_size / 1e6:.2f} MB  {page.name}")
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        print(f"browser       Chromium {browser.version}")
        runs = [measured(browser, page, whole=given.report is None) for _ in range(given.repeat)]
        browser.close()
    for name in runs[0]:
        wall, cpu = zip(*(run[name] for run in runs), strict=True)
        print(
            f"{name:<13} {statistics.median(wall):7.1f} wall, worst {max(wall):.1f}"
            f"   {statistics.median(cpu):7.1f} CPU, worst {max(cpu):.1f}"
        )
    print(f"load          {os.getloadavg()[0]:.1f}")


def made(folder: Path, count: int) -> Path:
    """The report with the whole chat of a generated export."""
    from wa_forensics.batch import Run, scan
    from wa_forensics.report import render_case

    folder.mkdir(parents=True, exist_ok=True)
    text = folder / f"WhatsApp Chat with Harbour {count}.txt"
    text.write_text("".join(export("android", count)), "utf-8")
    case = scan([str(text)], folder / "case", run=Run(force=True, reproducible=True))
    return render_case(case, folder / "report.html", full_chat=True)


class Clock:
    """CPU milliseconds of a page's main thread."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def read(self) -> float:
        told = self.session.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(item["value"] for item in told if item["name"] == "TaskDuration"))


def measured(browser: Browser, file: Path, *, whole: bool) -> dict[str, tuple[float, float]]:
    """(wall, CPU) of each measure, from one fresh page."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    clock = Clock(page)
    page.goto(file.resolve().as_uri())
    opened = page.evaluate(OPENED)
    cpu = clock.read()
    found = {"first paint": (opened["painted"], cpu), "ready": (opened["ready"], cpu)}
    page.wait_for_timeout(1000)
    if whole:
        for name, steps, pixels in (("scroll", 200, 400), ("jump", 40, 0)):
            before = clock.read()
            frames: list[float] = page.evaluate(SCROLL, [steps, pixels])
            cpu = (clock.read() - before) / steps
            found[name] = (statistics.median(frames), cpu)
            found[f"{name} stalls"] = (float(sum(frame > 100 for frame in frames)), cpu)
        for work in ("first search", "search", "filter", "next hit"):
            before = clock.read()
            told: dict[str, Any] = page.evaluate(TIMED, work)
            if work != "next hit" and told["found"] in {"", "0"}:
                sys.exit(f"{work} found nothing, so it measured nothing")
            found[work] = (told["shown"], clock.read() - before)
    page.close()
    return found


if __name__ == "__main__":
    main()
