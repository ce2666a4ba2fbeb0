"""The deputies' page's modules in a Chromium that is as slow as a cheap phone."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

PAGE = Path(__file__).parent.parent / "ballotbox" / "page"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_BUNDLE = """
import { build } from "esbuild";
const [, entry, outfile] = process.argv;
await build({ entryPoints: [entry], outfile, bundle: true, format: "iife", target: "chrome86", logLevel: "error" });
"""


class NoBrowser(Exception):
    """The message says what is not there."""


def bundled(entry: str) -> str:
    """A script of the page's folder, with all it imports. Raises `NoBrowser` without node and the page's packages."""
    node = shutil.which("node")
    if node is None or not (PAGE / "node_modules" / "esbuild").is_dir():
        raise NoBrowser("needs node, and `npm ci --ignore-scripts` in ballotbox/page")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bundle.js"
        subprocess.run(
            [node, "--input-type=module", "--eval", _BUNDLE, "--", entry, str(script)], cwd=PAGE, check=True, timeout=60
        )
        return script.read_text("utf-8")


@asynccontextmanager
async def throttled(script: str, rate: int) -> AsyncIterator[Page]:
    """An empty page with this script, on a processor slowed down `rate` times. Raises `NoBrowser` without Chromium."""
    program = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        raise NoBrowser("needs Chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.add_script_tag(content=script)
        session = await page.context.new_cdp_session(page)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
        yield page
        await browser.close()
