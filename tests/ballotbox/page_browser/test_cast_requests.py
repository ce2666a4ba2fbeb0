"""What goes over the wire: a cast request tells nothing of who sends it, and the page talks to the parties alone."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser

from tests.ballotbox.page_browser.conftest import Phone
from tests.ballotbox.page_browser.deputy import Deputy
from tests.ballotbox.page_browser.hall import Hall, Keys, hall
from tests.ballotbox.page_browser.test_whole_way import ANSWERS
from tests.browser import PHONE

OTHER_ANSWERS = {s: {"overall": "弃权", "ability": "优秀"} for s in ANSWERS}


async def test_cast_requests_are_bare_and_as_long_for_every_voter(town_hall: Hall, browser: Browser) -> None:
    deputies = [
        Deputy(await (await browser.new_context(viewport=PHONE)).new_page(), town_hall, n) for n in ("d01", "d02")
    ]
    for deputy, answers in zip(deputies, (ANSWERS, OTHER_ANSWERS), strict=True):
        # A cookie of the machine's name would go to every port, were it not left out.
        cookie = {"name": "session", "value": deputy.name, "url": town_hall.origins["box"]}
        await deputy.page.context.add_cookies([cookie])  # type: ignore[list-item]
        await deputy.collect()
        await deputy.fill(answers)
    town_hall.begin_casting()
    for deputy in deputies:
        await deputy.cast()
    casts = town_hall.casts()
    assert len(casts) == 6
    for cast in casts:
        assert not {"cookie", "authorization", "referer", "content-type", "if-none-match"} & set(cast.headers)
        assert cast.headers["origin"] == town_hall.board
    ports = [cast.port for cast in casts]
    assert len(set(ports)) == len(ports)
    assert not set(ports) & {seen.port for seen in town_hall.seen if seen.part != "box"}
    assert {seen.path for seen in town_hall.seen if seen.part == "box"} == {f"/cast/{town_hall.manifest}"}
    assert not any("cookie" in seen.headers for seen in town_hall.seen if seen.part in ("a", "b"))
    lengths = defaultdict(list)
    for subject, cast in zip([e.subject for e in town_hall.cast_order], casts, strict=True):
        lengths[subject].append(cast.length)
    assert {subject: len(found) for subject, found in lengths.items()} == {"czs": 2, "lys": 2, "zhs": 2}
    assert all(len(set(found)) == 1 for found in lengths.values())
    headers = [{k: v for k, v in cast.headers.items() if k != "content-length"} for cast in casts]
    assert all(each == headers[0] for each in headers)


async def test_envelopes_leave_in_another_order_than_the_ballots_stand(
    tmp_path: Path, keys: Keys, browser: Browser
) -> None:
    subjects = {f"s{number}": f"对象 {number}" for number in range(8)}
    async with hall(tmp_path, keys, subjects=subjects, slice_by="subject") as town:
        page = await (await browser.new_context(viewport=PHONE)).new_page()
        deputy = Deputy(page, town)
        await deputy.collect()
        await deputy.press("核对全部答案")
        await page.get_by_role("checkbox").check()
        town.begin_casting()
        await deputy.cast()
        # Alike by chance once in 40,320.
        assert sorted(e.subject for e in town.cast_order) == list(subjects)
        assert [e.subject for e in town.cast_order] != list(subjects)


async def test_the_page_asks_nobody_else_and_keeps_its_policy(town_hall: Hall, phone: Phone) -> None:
    deputy = Deputy(await phone.open(), town_hall)
    await deputy.collect()
    await deputy.fill(ANSWERS)
    town_hall.begin_casting()
    await deputy.cast()
    async with deputy.page.expect_download() as picture:
        await deputy.press("存成图片")
    assert (await (await picture.value).path()).read_bytes().startswith(b"\x89PNG")
    async with deputy.page.expect_download() as text:
        await deputy.press("存成文字")
    kept = (await (await text.value).path()).read_text("utf-8")
    assert town_hall.manifest in kept
    assert kept.count("signature ") == 3
    origins = {f"{u.scheme}://{u.netloc}" for u in map(urlsplit, phone.asked) if u.scheme.startswith("http")}
    assert origins == set(town_hall.origins.values())
    assert phone.complaints == []
