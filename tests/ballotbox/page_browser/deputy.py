"""A deputy's hands: what a person does on the page, found by what a person reads."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.ballotbox.page_browser.hall import Hall

WAIT = 30_000
"""Milliseconds that a step may take on a busy machine; no test asserts a time."""


class Deputy:
    """One deputy before a phone."""

    def __init__(self, page: Page, hall: Hall, name: str = "d01") -> None:
        self.page, self.hall, self.name = page, hall, name

    async def press(self, words: str) -> None:
        """Press the button of these words."""
        await self.page.get_by_role("button", name=words, exact=True).click(timeout=WAIT)

    async def sees(self, title: str) -> None:
        """The screen has this title."""
        await expect(self.page.locator("h1")).to_have_text(title, timeout=WAIT)

    async def reads(self, words: str) -> None:
        """These words are somewhere on the screen."""
        await expect(self.page.locator("body")).to_contain_text(words, timeout=WAIT)

    async def open(self) -> None:
        """Scan the hall's QR."""
        await self.page.goto(self.hall.entrance)
        await self.page.locator("h1").wait_for(timeout=WAIT)

    async def begin(self) -> None:
        """From the first page to the first code."""
        await self.open()
        await self.sees("2026 年站所长述职测评")
        await self.press("开始领票")

    async def identify(self, issuer: str) -> None:
        """Type the code of a slip, in small letters, with spaces, and say yes to the name."""
        await self.sees(f"请输入 {issuer.upper()} 码")
        code = self.hall.code(issuer, self.name).lower()
        await self.page.get_by_label("码（12 位）").fill(f"{code[:4]} {code[4:8]} {code[8:]}")
        await self.press("下一步")
        await self.press("是我，继续")

    async def collect(self) -> None:
        """All steps to the stamped ballots."""
        await self.begin()
        await self.identify("a")
        await self.identify("b")
        await self.reads("已评 0/")

    async def mark(self, subject: str, answers: dict[str, str]) -> None:
        """Choose answers in the rows of a subject, which is on the screen."""
        for question, answer in answers.items():
            row = self.page.locator(f'[id="row-{subject}-{question}"]')
            await row.get_by_role("radio", name=answer, exact=True).check(timeout=WAIT)

    async def fill(self, answers: dict[str, dict[str, str]]) -> None:
        """Fill subject by subject, from the list to the review."""
        await self.press("开始填写")
        for place, (subject, marks) in enumerate(answers.items(), 1):
            await self.reads(f"第 {place} 位")
            await self.mark(subject, marks)
            await self.press("下一位" if place < len(answers) else "去核对")
        await self.sees("核对全部答案")

    async def cast(self) -> None:
        """The one button, and wait for the receipts."""
        await self.press("投票")
        await self.sees("票已投，回执齐全")
