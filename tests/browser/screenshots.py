"""Makes the pictures of README from the running application: `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import ViewportSize, sync_playwright

from tests.browser.app import App
from tests.browser.visit import launch, visit
from tests.code import ROOT

FOLDER: Final = ROOT / "docs"
PICTURES: Final = {"consumption": ".st-key-later-carpet", "footprint": "h1"}
"""Page, and the element that must be in the middle of its picture."""
SIZE: Final[ViewportSize] = {"width": 1280, "height": 1000}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="courbe-pictures-") as folder,
        App(Path(folder)) as app,
        sync_playwright() as playwright,
    ):
        app.command("import", "--demo")
        browser = launch(playwright)
        for name, centre in PICTURES.items():
            with visit(browser, app.url, viewport=SIZE) as tab:
                tab.open(name)
                tab.expect_title(f"{name}.title")
                tab.expect_charts()
                middle = tab.page.locator(centre).first
                middle.wait_for()
                tab.show_charts()
                middle.evaluate("element => element.scrollIntoView({block: 'center', behavior: 'instant'})")
                tab.settle()
                tab.page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
        browser.close()


if __name__ == "__main__":
    main()
