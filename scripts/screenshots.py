"""Takes the pictures of the sample reports that README and docs show.

Run from the checkout: ``python scripts/screenshots.py`` (needs Chromium, and pdftoppm of poppler-utils for the page on
paper). Names of fonts and the version of Chromium decide the bytes, so nothing compares them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import PIL.Image
from playwright.sync_api import Browser, Page, sync_playwright

from wa_forensics.batch import Run, scan
from wa_forensics.report import render_case
from wa_forensics.report.pdf import render_pdf

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screenshots"
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    os.chdir(ROOT)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        here = Path(folder)
        logistics = scan(["sample_exports/bengaluru_logistics"], here / "logistics", run=Run(reproducible=True))
        family = scan(["sample_exports/family_code"], here / "family", run=Run(reproducible=True))
        quiet = scan(["sample_exports/ordinary_business"], here / "quiet", run=Run(reproducible=True))
        pages = {
            "logistics": render_case(logistics, here / "logistics.html"),
            "arabic": render_case(logistics, here / "arabic.html", language="ar"),
            "court": render_case(family, here / "court.html", audience="court"),
            "victim": render_case(family, here / "victim.html", audience="victim"),
            "quiet": render_case(quiet, here / "quiet.html"),
            "whole": render_case(logistics, here / "whole.html", full_chat=True),
        }
        path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
        if path is None:
            sys.exit("There is no Chromium; name one in CHROMIUM.")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        taken(browser, pages["logistics"], "first-screen", viewport=WIDE)
        taken(browser, pages["logistics"], "dark", viewport=WIDE, color_scheme="dark", at="#story")
        taken(browser, pages["logistics"], "finding", viewport=WIDE, at="#f4")
        taken(browser, pages["victim"], "phone", viewport=PHONE)
        taken(browser, pages["arabic"], "arabic", viewport=WIDE)
        taken(browser, pages["quiet"], "nothing-found", viewport=WIDE)
        taken(browser, pages["whole"], "chat", viewport=WIDE, search="bank account")
        browser.close()
        printed(pages["court"], here)


def taken(browser: Browser, page: Path, name: str, *, at: str = "", search: str = "", **context: Any) -> None:
    """One picture: of the first screen, of the place ``at``, or of the first message found by ``search``."""
    opened: Page = browser.new_context(**context).new_page()
    opened.goto(page.as_uri())
    if at:
        opened.eval_on_selector(at, "item => item.scrollIntoView({behavior: 'instant'})")
    if search:
        opened.fill("#find", search)
        opened.keyboard.press("Enter")
    opened.wait_for_timeout(600)
    opened.screenshot(path=OUT / f"{name}.png")
    opened.context.close()
    small(OUT / f"{name}.png")


def printed(page: Path, folder: Path) -> None:
    """The first page of the PDF."""
    if shutil.which("pdftoppm") is None:
        sys.exit("There is no pdftoppm; install poppler-utils.")
    made = render_pdf(page, folder / "court.pdf")
    command = ["pdftoppm", "-r", "90", "-f", "1", "-l", "1", "-singlefile", "-png", str(made), str(OUT / "print")]
    subprocess.run(command, check=True)  # noqa: S603
    small(OUT / "print.png")


def small(path: Path) -> None:
    """Flat colors: 256 of them are enough and a third of the bytes."""
    with PIL.Image.open(path) as picture:
        picture.convert("RGB").quantize(256, dither=PIL.Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
