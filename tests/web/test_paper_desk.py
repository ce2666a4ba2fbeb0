"""A poll on paper prepared by its page: what is printed, and who sits at the count desk."""

from __future__ import annotations

import httpx
import pytest

from domain.acts import Refusal
from tests.web.meeting import meeting
from tests.web.test_live_view import site
from web.app import create_app
from web.paper_desk.seating import role_word, seats_of

PAPER = "/polls/2026-P1/paper"


async def test_forms_and_records_are_handed_out_with_their_names(postgres_url: str) -> None:
    async with meeting(postgres_url) as held:
        await held.call()
        transport = httpx.ASGITransport(app=create_app(site(held)))
        async with httpx.AsyncClient(transport=transport, base_url="http://jiandu.test") as client:
            for path, name in ((f"{PAPER}/A.pdf", "forms-A"), (f"{PAPER}/records/ledger.pdf", "ledger")):
                answer = await client.get(path)
                assert answer.content.startswith(b"%PDF"), path
                assert f'filename="2026-P1-{name}.pdf"' in answer.headers["content-disposition"]
            assert (await client.get(f"{PAPER}/Z.pdf")).status_code == 404


def test_seats_are_read_line_by_line_with_their_ranges() -> None:
    seats = seats_of("张三 1-30\n李四：31-60", "王五", "赵六")
    assert [role_word(seat) for seat in seats] == [
        "第一组录入（1–30 号）",
        "第一组录入（31–60 号）",
        "第二组录入",
        "监票人",
    ]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [("张三 30-1", "李四", "seat_range"), ("张三 1", "李四", "seat_line"), ("张三", " ", "one_group")],
)
def test_a_seat_that_is_no_seat_is_refused(first: str, second: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        seats_of(first, second, "")
    assert refused.value.code == code
