"""The count desk: what it lets in, and what it keeps of a form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from ballotbox.count_desk import Seat
from domain.acts import Refusal
from tests.web.meeting import POLL, TOWN, Meeting, meeting
from web.count_desk.app import create_desk
from web.count_desk.attempts import LOCK_AFTER, LOCKED_SECONDS, Attempts
from web.headers import CONTENT_SECURITY_POLICY

ORIGIN = "http://desk.test"


@pytest.fixture
async def held(postgres_url: str) -> AsyncIterator[Meeting]:
    async with meeting(postgres_url) as made:
        await made.call()
        await made.open()
        yield made


def client(held: Meeting) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_desk(held.site))
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN})


@asynccontextmanager
async def entered(held: Meeting, code: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has signed in, typing the code in their own way."""
    async with client(held) as desk:
        answer = await desk.post("/enter", data={"code": code.lower().replace("-", " ")})
        assert answer.status_code == 303
        yield desk


def form_token(page: str) -> str:
    return page.split('name="form_token" value="')[1].split('"')[0]


def marked(page: str, mark: str) -> dict[str, str]:
    """A form with the same mark in every row."""
    names = {part.split('"')[0] for part in page.split('type="checkbox" name="')[1:]}
    return dict.fromkeys(names, mark) | {"form_token": form_token(page)}


async def test_a_code_opens_one_seat_and_wrong_ones_lock_the_address(held: Meeting) -> None:
    codes = await held.codes()
    async with entered(held, codes["甲"]) as desk:
        cookie = next(iter(desk.cookies.jar))
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "strict"
        home = await desk.get("/", follow_redirects=True)
        assert home.url.path == "/forms"
        assert "已录 0/6" in home.text
        assert home.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert (await desk.get("/differences")).status_code == 403
    async with client(held) as stranger:
        for _ in range(LOCK_AFTER):
            assert (await stranger.post("/enter", data={"code": "0000-0000-0000"})).status_code == 403
        assert (await stranger.post("/enter", data={"code": codes["乙"]})).status_code == 429
        assert (await stranger.get("/forms")).headers["location"] == "/enter"


def test_the_lock_ends_by_itself() -> None:
    now = 0.0
    attempts = Attempts(lambda: now)
    for _ in range(LOCK_AFTER):
        attempts.wrong("a")
    assert attempts.locked("a")
    assert not attempts.locked("b")
    now = LOCKED_SECONDS
    assert not attempts.locked("a")


async def test_a_form_that_is_not_ours_is_refused(held: Meeting) -> None:
    codes = await held.codes()
    async with entered(held, codes["甲"]) as desk:
        page = (await desk.get("/forms/A/1")).text
        fields = marked(page, "excellent")
        for headers in (
            {"origin": "http://evil.test"},
            {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
            {"origin": ORIGIN, "sec-fetch-site": "same-site"},
            {"origin": ORIGIN, "sec-fetch-site": "none"},
            {"origin": "null"},
        ):
            assert (await desk.post("/forms/A/1", data=fields, headers=headers)).status_code == 403
        del desk.headers["origin"]
        assert (await desk.post("/forms/A/1", data=fields)).status_code == 403
        desk.headers["origin"] = ORIGIN
        for token in ("", "0" * 64):
            assert (await desk.post("/forms/A/1", data=fields | {"form_token": token})).status_code == 403
        assert await held.box.entered(POLL, 1, "甲") == []
        assert (await desk.post("/forms/A/1", data=fields)).status_code == 303
        assert len(await held.box.entered(POLL, 1, "甲")) == 2


async def test_a_forgotten_row_and_a_number_that_was_never_printed_are_refused(held: Meeting) -> None:
    codes = await held.codes()
    async with entered(held, codes["甲"]) as desk:
        page = (await desk.get("/forms/A/1")).text
        fields = marked(page, "competent")
        forgotten = {name: value for name, value in fields.items() if name != "m1-2"}
        answer = await desk.post("/forms/A/1", data=forgotten)
        assert answer.status_code == 422
        assert "“林业站”的“工作能力”还没有录" in answer.text
        assert await held.box.entered(POLL, 1, "甲") == []
        assert (await desk.post("/forms/A/1000", data=fields)).status_code == 409
        assert (await desk.get("/forms/Z/1")).status_code == 404


async def test_two_of_one_entry_do_not_type_the_same_form(held: Meeting) -> None:
    codes = await held.desk.seat(POLL, [Seat("甲", 1, 1, 3), Seat("丙", 1, 2, 6), Seat("乙", 2)])
    async with entered(held, codes["甲"]) as first, entered(held, codes["丙"]) as second:
        page = (await first.get("/forms/A/2")).text
        assert "由 甲 在录" in (await second.get("/forms/A/2")).text
        taken = await second.post("/forms/A/2", data=marked(page, "excellent") | {"form_token": form_token(page)})
        assert taken.status_code == 403
        overview = await second.get("/forms")
        assert 'value="3"' in overview.text
        token = form_token(overview.text)
        assert (await second.post("/forms/A/2/take", data={"form_token": token})).status_code == 303
        refused = await first.post("/forms/A/2", data=marked(page, "excellent"))
        assert (refused.status_code, "由 丙 在录" in refused.text) == (422, True)
        assert await held.box.entered(POLL, 1, "甲") == []


async def test_a_new_code_ends_the_old_one_and_the_end_of_the_poll_ends_all(held: Meeting) -> None:
    codes = await held.codes()
    async with entered(held, codes["甲"]) as desk:
        again = await held.codes()
        assert (await desk.get("/forms")).headers["location"] == "/enter"
        assert (await desk.post("/enter", data={"code": codes["甲"]})).status_code == 403
        assert (await desk.post("/enter", data={"code": again["甲"]})).status_code == 303
        await held.box.close(POLL)
        over = await desk.get("/forms")
        assert (over.status_code, "录入已经结束" in over.text) == (410, True)
    assert await held.desk.seats(POLL) == []
    assert await held.desk.sign_in(TOWN, again["乙"]) is None


async def test_nobody_has_two_seats(held: Meeting) -> None:
    with pytest.raises(Refusal, match="甲"):
        await held.desk.seat(POLL, [Seat("甲", 1), Seat("甲", 2)])
