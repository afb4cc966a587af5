"""Take the picture of a report's top that the README shows: `make picture` (needs Chromium).

python reports/picture.py reports/idlib-2018/report.html
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SIZE = {"width": 1000, "height": 800}
FLAGS = ("no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking", "disable-sync")


def main() -> None:
    """Open the page and write report.png beside it."""
    page_file = Path(sys.argv[1])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[f"--{flag}" for flag in FLAGS]
        )
        page = browser.new_page(viewport=SIZE, color_scheme="light", device_scale_factor=1.5)
        page.goto(page_file.resolve().as_uri())
        page.wait_for_timeout(1000)
        end = page.locator(".hero").bounding_box()
        height = end["y"] + end["height"] + 20
        page.screenshot(
            path=page_file.with_suffix(".png"), clip={"x": 0, "y": 0, "width": SIZE["width"], "height": height}
        )
        browser.close()


if __name__ == "__main__":
    main()
