"""Pictures of the deputies' page for the documents: `python -m tests.ballotbox.page_browser.pictures`.

Writes docs/screenshots/ballot-*.png, each screen as a phone of 360×640 shows it, a few in large type and on a desktop.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.ballotbox.page_browser.deputy import Deputy
from tests.ballotbox.page_browser.hall import Hall, Keys, hall
from tests.browser import DESKTOP, PHONE, chromium

DOCS = Path(__file__).parents[3] / "docs" / "screenshots"
PEOPLE = {
    "czs": "财政所所长 周明",
    "lys": "林业站站长 吴大山",
    "zhs": "综合窗口负责人 郑小燕",
    "sls": "水利站站长 韩立新",
    "nys": "农业服务中心主任 杨春梅",
    "jss": "建设所所长 唐国强",
    "dcz": "东村支书 马长顺",
    "dcr": "东村主任 马秀兰",
    "xcz": "西村支书 罗永福",
    "xcr": "西村主任 罗小军",
    "hcz": "河口村支书 孙桂芳",
    "hcr": "河口村主任 孙大鹏",
}
ROWS = {
    "overall": "综合评价",
    "ethics": "思想品德",
    "ability": "工作能力",
    "style": "工作作风",
    "results": "工作实绩",
    "integrity": "廉洁自律",
}
GRADES = ("优秀", "称职", "基本称职", "称职", "不称职", "弃权", "不填")


class Album:
    """Where the pictures go."""

    def __init__(self, page: Page, folder: Path) -> None:
        self._page, self._folder = page, folder

    async def take(self, name: str, *, large: bool = False, desktop: bool = False) -> None:
        """One picture of the screen as it is."""
        if large:
            await self._page.get_by_role("button", name="大字").click()
        if desktop:
            await self._page.set_viewport_size(DESKTOP)
        await self._page.screenshot(path=self._folder / f"ballot-{name}.png")
        if desktop:
            await self._page.set_viewport_size(PHONE)
        if large:
            await self._page.get_by_role("button", name="大字").click()


async def play(deputy: Deputy, town: Hall, album: Album) -> None:
    """One deputy's way, with a picture of each screen."""
    page = deputy.page
    await deputy.open()
    await album.take("welcome")
    await album.take("welcome-large", large=True)
    await album.take("welcome-desktop", desktop=True)
    await deputy.press("开始领票")
    await deputy.sees("请输入 A 码")
    await page.get_by_label("码（12 位）").fill(town.code("a", deputy.name))
    await album.take("code")
    await deputy.press("下一步")
    await deputy.reads("您是 张建国 代表吗")
    await album.take("name")
    await deputy.press("是我，继续")
    stop = asyncio.Event()
    await page.route("**/stamp/**", lambda route: stop.wait())
    await deputy.identify("b")
    await deputy.reads("等待盖章")
    await album.take("collecting")
    await page.unroute("**/stamp/**")
    await page.reload()
    await deputy.reads("已评 0/12")
    await deputy.press("开始填写")
    for place, subject in enumerate(PEOPLE):
        if place == 8:
            await deputy.press("回到名单")
            await deputy.reads("已评 8/12")
            await album.take("list")
            await deputy.press("接着填写")
        await deputy.reads(f"第 {place + 1} 位")
        marks = {q: GRADES[(place * 2 + row) % len(GRADES)] for row, q in enumerate(ROWS)}
        if place == 2:
            await deputy.mark(subject, dict(list(marks.items())[:3]))
            await page.evaluate("scrollTo(0, 0)")
            await album.take("fill")
            await album.take("fill-large", large=True)
            await album.take("fill-desktop", desktop=True)
        await deputy.mark(subject, dict(list(marks.items())[: 5 if place == 9 else 6]))
        await deputy.press("下一位" if place < 11 else "去核对")
    await deputy.sees("核对全部答案")
    await album.take("review")
    await page.go_back()
    await deputy.press("回到名单")
    await page.get_by_role("radio", name="一张表").check()
    await deputy.press("接着填写")
    await deputy.sees("全部测评对象")
    await album.take("table")
    await album.take("table-desktop", desktop=True)
    await deputy.press("核对全部答案")
    town.begin_casting("d02", "d03", "d04")
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="投票", exact=True).scroll_into_view_if_needed()
    await album.take("review-cast")
    await deputy.press("投票")
    await deputy.reads("已投 5/12")
    await album.take("casting")
    await deputy.sees("票已投，回执齐全")
    await album.take("receipts")
    town.cast_others("d02", "d03", "d04")
    town.close()
    town.publish()
    await deputy.press("查看票到哪一步了")
    await deputy.reads("您的 72 项评价全部在公布的票中")
    await album.take("counted")
    await album.take("counted-desktop", desktop=True)
    await deputy.press("办完了，清除手机里的票")
    await album.take("leave")


async def main(folder: Path) -> None:
    """All pictures."""
    with tempfile.TemporaryDirectory() as board:
        async with (
            hall(Path(board), Keys(), subjects=PEOPLE, questions=ROWS) as town,
            async_playwright() as playwright,
            await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"]) as browser,
        ):
            page = await browser.new_page(viewport=PHONE)
            await play(Deputy(page, town), town, Album(page, folder))


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(chosen))
