"""People at their browsers: who they are, how they log in and do an act."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Request, ViewportSize

from domain.acts import Role
from tests.browser import violations

OFFICE = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
PASSWORD = "山高路远坑深大军纵横驰奔"


@dataclass
class Watch:
    """What is looked at beside the story: every page by axe, no request to another host, no fault of a script."""

    faults: list[str] = field(default_factory=list)
    looked_at: set[str] = field(default_factory=set)
    shots: Path | None = field(default_factory=lambda: _folder(os.environ.get("JIANDU_SCREENSHOTS")))

    def on(self, context: BrowserContext) -> None:
        """Watch a browser's requests and its console."""
        context.on("request", self._request)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            self.faults.append(f"a request left the host: {request.url}")

    async def look(self, page: Page, name: str, *, phone: bool = True) -> None:
        """The page as it is, at a desk and on a phone: axe finds nothing, nothing sticks out; pictures if wanted."""
        if name in self.looked_at:
            return
        self.looked_at.add(name)
        kept = page.viewport_size or OFFICE
        for word, size in (("desk", OFFICE), ("phone", PHONE)) if phone else (("desk", OFFICE),):
            await page.set_viewport_size(size)
            self.faults += [f"{name} ({word}): {each}" for each in await violations(page)]
            wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                self.faults.append(f"{name} ({word}): {wide} px wider than the screen")
            if self.shots is not None:
                await page.screenshot(path=self.shots / f"{name}-{word}.png")
        await page.set_viewport_size(kept)


def _folder(name: str | None) -> Path | None:
    if not name:
        return None
    folder = Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Person:
    """Somebody with a browser of their own."""

    page: Page
    origin: str
    watch: Watch

    async def open(self, path: str, name: str = "") -> Page:
        """Go to a page, which must be there; `name`: it is looked at."""
        answer = await self.page.goto(self.origin + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status, await self.page.inner_text("main"))
        if name:
            await self.watch.look(self.page, name)
        return self.page

    async def do(self, case: str, act: str, values: Mapping[str, str] | None = None, name: str = "") -> None:
        """Do an act by its form: fill in, see what would follow, confirm. `case`: as its path has it."""
        page = await self.open(f"/cases/{case}/do/{act}")
        for key, value in (values or {}).items():
            await fill(page, key, value)
        await page.get_by_role("button", name="看看会怎样").click()
        confirm = page.get_by_role("button", name="确认办理")
        await confirm.or_(page.locator(".fault")).first.wait_for()
        assert await confirm.count(), await page.locator("main").inner_text()
        if name:
            await self.watch.look(page, name)
        await confirm.click()
        await page.wait_for_url(lambda url: "done=" in url)

    async def log_in(self, login: str, password: str, first: bool = True) -> None:
        """At the door; `first`: the given password must be changed."""
        page = await self.open("/login")
        await page.fill("#login", login)
        await page.fill("#password", password)
        await page.get_by_role("button", name="登录").click()
        if first:
            await page.wait_for_url(lambda url: "/account/password" in url)
            await page.fill("#old", password)
            await page.fill("#new", PASSWORD)
            await page.fill("#again", PASSWORD)
            await page.locator("main button").click()
            await page.wait_for_url(lambda url: "/login" in url)
            await page.fill("#login", login)
            await page.fill("#password", PASSWORD)
            await page.get_by_role("button", name="登录").click()
        await page.wait_for_url(lambda url: "/login" not in url and "/account/password" not in url)


async def fill(page: Page, name: str, value: str) -> None:
    """Fill a field of a form by its name, whatever kind it is."""
    field_ = page.locator(f'main [name="{name}"]')
    kind = await field_.first.evaluate("element => element.type || element.tagName.toLowerCase()")
    if kind == "radio":
        await page.locator(f'main [name="{name}"][value="{value}"]').check()
    elif kind == "select-one":
        await field_.select_option(value)
    else:
        await field_.fill(value)


async def person(browser: Browser, origin: str, watch: Watch, size: ViewportSize = OFFICE) -> Person:
    """A browser of their own, with nothing in it."""
    context = await browser.new_context(viewport=size, locale="zh-CN")
    context.set_default_timeout(30_000)
    watch.on(context)
    return Person(await context.new_page(), origin, watch)


async def account(
    staff: Person, browser: Browser, login: str, name: str, id_: str, role: Role, village: str = ""
) -> Person:
    """An account made by the staff; its owner logs in with the password that is shown once."""
    page = await staff.open("/accounts")
    await page.fill("#name", name)
    await page.fill("#login", login)
    await page.fill("#person", id_)
    await page.check(f'[name="roles"][value="{role.value}"]')
    if village:
        await page.fill("#villages", village)
    await page.get_by_role("button", name="建立账号").click()
    password = await page.locator(".given code").inner_text()
    owner = await person(browser, staff.origin, staff.watch)
    await owner.log_in(login, password)
    return owner
