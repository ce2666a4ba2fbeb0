"""A real browser, phones with storage that survives, and keys made once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest
from playwright.async_api import BrowserContext, Page, Playwright, Route, async_playwright

from tests.ballotbox.page_browser.hall import Hall, Keys, hall
from tests.browser import PHONE, chromium
from tests.browser import browser as browser

Handler = Callable[[Route], Awaitable[None]]


class Phone:
    """A phone whose browser can be killed and opened again with what it had stored."""

    def __init__(self, folder: Path, playwright: Playwright) -> None:
        self._folder = folder
        self._playwright = playwright
        self._context: BrowserContext | None = None
        self._next: list[tuple[str, Handler]] = []
        self.complaints: list[str] = []
        """What the browser's console said of errors, refusals of the security policy among them."""
        self.asked: list[str] = []
        """Every address that the page asked for."""

    async def open(self) -> Page:
        """A tab; the storage is the one of before."""
        self._context = await self._playwright.chromium.launch_persistent_context(
            self._folder, executable_path=chromium(), args=["--no-sandbox"], viewport=PHONE, accept_downloads=True
        )
        for address, handler in self._next:
            await self._context.route(address, handler)
        self._next.clear()
        page = self._context.pages[0]
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        return page

    def route_next(self, address: str, handler: Handler) -> None:
        """The network of the next start behaves like this."""
        self._next.append((address, handler))

    async def kill(self) -> None:
        """The whole browser goes away."""
        if self._context:
            await self._context.close()
            self._context = None

    async def reopen(self) -> Page:
        """Killed, and opened again."""
        await self.kill()
        return await self.open()


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
    async with async_playwright() as playwright:
        one = Phone(tmp_path / "phone", playwright)
        yield one
        await one.kill()
