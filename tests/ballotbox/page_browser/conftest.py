"""A real browser, phones with storage that survives, and keys made once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.ballotbox.page_browser.hall import Hall, Keys, hall
from tests.browser import PHONE, chromium
from tests.browser import browser as browser


class Phone:
    """A phone whose browser can be killed and opened again with what it had stored."""

    def __init__(self, folder: Path, driver: AsyncExitStack) -> None:
        self._folder = folder
        self._driver = driver
        self._context: BrowserContext | None = None
        self.complaints: list[str] = []
        """What the browser's console said of errors, refusals of the security policy among them."""
        self.asked: list[str] = []
        """Every address that the page asked for."""

    async def open(self) -> Page:
        """A tab; the storage is the one of before."""
        playwright = await self._driver.enter_async_context(async_playwright())
        self._context = await playwright.chromium.launch_persistent_context(
            self._folder, executable_path=chromium(), args=["--no-sandbox"], viewport=PHONE, accept_downloads=True
        )
        page = self._context.pages[0]
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        return page

    async def kill(self) -> None:
        """The whole browser goes away."""
        if self._context:
            await self._context.close()
        await self._driver.aclose()


class MakeHall(Protocol):
    """Makes the hall of one test."""

    async def __call__(self, **facts: object) -> Hall: ...


@pytest.fixture(scope="session")
def keys() -> Keys:
    """RSA keys for all tests of the page."""
    return Keys()


@pytest.fixture
async def make_hall(tmp_path: Path, keys: Keys) -> AsyncIterator[MakeHall]:
    """Halls with chosen facts."""
    async with AsyncExitStack() as stack:

        async def make(**facts: object) -> Hall:
            return await stack.enter_async_context(hall(tmp_path / "board", keys, **facts))  # type: ignore[arg-type]

        yield make


@pytest.fixture
async def town_hall(make_hall: MakeHall) -> Hall:
    """Three subjects and two questions, both issuers run by one operator."""
    return await make_hall()


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    """A phone."""
    async with AsyncExitStack() as driver:
        one = Phone(tmp_path / "phone", driver)
        yield one
        await one.kill()
