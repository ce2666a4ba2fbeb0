"""A real browser for tests of pages, an application behind a real port, and axe's judgement of what is seen.

A folder's conftest takes the fixture: `from tests.browser import browser as browser`. Then::

    async def test_…(browser: Browser) -> None:
        async with served(app) as origin:
            page = await browser.new_page(viewport=PHONE)
            await page.goto(origin)
            assert await violations(page) == []
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, ViewportSize, async_playwright
from starlette.types import ASGIApp

PHONE = ViewportSize(width=360, height=640)
DESKTOP = ViewportSize(width=1280, height=800)

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_START_SECONDS = 20.0
_NAMES_OF_TESTS = "--host-resolver-rules=MAP *.test 127.0.0.1"
"""A name that a browser does not trust as it trusts `localhost`."""


def chromium() -> str:
    """The browser's program. Without one the test is skipped, and says how to get it."""
    named = os.environ.get("JIANDU_CHROMIUM")
    found = named or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(
            "本机没有 Chromium，浏览器测试没有运行。请安装：apt install chromium（或以 JIANDU_CHROMIUM 指明程序）"
        )
    return found


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium of its own for one test."""
    program = chromium()
    async with async_playwright() as playwright:
        # No sandbox: in containers there are no user namespaces, and only our own pages are loaded.
        running = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox", _NAMES_OF_TESTS])
        yield running
        await running.close()


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """The application on a free port of this machine, in this loop. Gives its origin, `http://localhost:port`."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    # Not `serve`, which would take the signals, and those are pytest's.
    task = asyncio.create_task(server._serve([listening]), name="served application")
    try:
        async with asyncio.timeout(_START_SECONDS):
            while not server.started:
                if task.done():
                    await task
                await asyncio.sleep(0.01)
        yield f"http://localhost:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()


async def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page as it is now: rule, help and the elements. Empty is right."""
    results = await Axe().run(page)
    return [
        f"{each['id']}: {each['help']}: " + "; ".join(str(node["html"])[:200] for node in each["nodes"])
        for each in results.response["violations"]
    ]
