"""Messages get to whom they are for: once, again after a failure, and no more after so many of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from domain.acts import Role
from domain.cases.case import CaseKind
from domain.cases.rectification.commands import OpenRectification, ServeNotice
from domain.roster.books import ROSTER
from domain.roster.commands import EnterSubject
from domain.roster.posts import Post, SubjectKind
from domain.rules.verdict import Outcome, Verdict
from eventstore.books import write_book
from eventstore.database import in_town
from notices.channels import MailServer, Robot, RobotKind
from notices.delivery import LEASE, Patience
from notices.delivery import Post as PostOffice
from notices.inbox import InBox
from notices.message import Reader
from tests.notices.receivers import MailBox, mail_server, robot_receiver
from tests.web.conftest import STAFF, TOWN, Pages
from tests.web.conftest import pages as pages
from web.accounts.model import Account
from web.accounts.store import AccountStore

NOW = datetime.now(UTC)
SUBJECT = Post(id="lys", name="林业站", kind=SubjectKind.STATION, responsible="p-head")
OFFICE = frozenset({Role.DISCIPLINE_OFFICE})


async def rectification(pages: Pages, number: int = 1) -> None:
    """A subject that has to rectify, whose notice is served."""
    failed = Verdict(verdict=Outcome.FAIL)
    case = f"{NOW.year}-lys{number}"
    subject = SUBJECT.model_copy(update={"id": f"lys{number}"})
    await pages.record(CaseKind.RECTIFICATION, case, OpenRectification(year=NOW.year, subject=subject, failed=failed))
    await pages.record(CaseKind.RECTIFICATION, case, ServeNotice())


async def person(pages: Pages, login: str, role: Role, email: str | None) -> None:
    account = Account(login=login, name=login, person=f"p-{login}", roles=(role,))
    await AccountStore(pages.store.engine, TOWN).add(account, "no password")
    if email is not None:
        async with in_town(pages.store.engine, TOWN) as connection:
            await connection.execute(
                text("INSERT INTO outbox.address (town, login, email) VALUES (:town, :login, :email)"),
                {"town": TOWN, "login": login, "email": email},
            )


def post_office(pages: Pages, box: MailBox | None = None, robots: tuple[Robot, ...] = (), tries: int = 3) -> PostOffice:
    mail = None if box is None else MailServer("127.0.0.1", box.port, "jiandu@town.test", security="none")
    return PostOffice(pages.store.engine, mail=mail, robots=robots, patience=Patience(tries=tries))


async def deliveries(pages: Pages) -> list[Any]:
    async with in_town(pages.store.engine, TOWN) as connection:
        query = text("SELECT channel, state, attempts, fault, next_at FROM outbox.delivery ORDER BY key, channel")
        return list((await connection.execute(query)).all())


async def test_mail_goes_once_to_those_who_hold_the_role(pages: Pages) -> None:
    await person(pages, "office", Role.DISCIPLINE_OFFICE, "office@town.test")
    await person(pages, "deputy", Role.DEPUTY, "deputy@town.test")
    await person(pages, "silent", Role.DISCIPLINE_OFFICE, None)
    await rectification(pages)
    async with mail_server() as box:
        post = post_office(pages, box)
        assert await post.round(TOWN) == 2
        assert await post.round(TOWN, NOW + timedelta(days=1)) == 0, "nothing goes twice"
    assert box.to == ["office@town.test"] * 2
    served = box.mails[1]
    assert served["Subject"] == f"【监督】整改通知已送达，整改期限起算：限期整改 林业站（{NOW.year} 年）"
    assert "个工作日" in served.get_content()
    assert "p-head" not in served.get_content(), "no person is named"


async def test_a_refused_mail_goes_again_under_the_same_id_when_its_time_has_come(pages: Pages) -> None:
    await person(pages, "office", Role.DISCIPLINE_OFFICE, "office@town.test")
    await rectification(pages)
    async with mail_server(refuse=2) as box:
        post = post_office(pages, box)
        assert await post.round(TOWN, NOW + timedelta(seconds=10)) == 0
        assert await post.round(TOWN, NOW + timedelta(seconds=40)) == 0, "not before its time"
        assert box.tried == 2
        assert await post.round(TOWN, NOW + timedelta(minutes=3)) == 2
    assert len({mail["Message-ID"] for mail in box.mails}) == 2
    assert {(each.state, each.attempts, each.fault) for each in await deliveries(pages)} == {("sent", 2, None)}


async def test_after_so_many_failures_a_delivery_is_dead_and_nothing_else_is_held_up(pages: Pages) -> None:
    await rectification(pages)
    async with robot_receiver(*[(200, {"errcode": 93000, "errmsg": "invalid webhook url"})] * 6) as group:
        robots = (
            Robot("纪委群", RobotKind.WECOM, group.url, OFFICE),
            Robot("不通的群", RobotKind.DINGTALK, "http://127.0.0.1:9/none", OFFICE),
        )
        post = post_office(pages, robots=robots)
        for hours in range(5):
            assert await post.round(TOWN, NOW + timedelta(hours=hours)) == 0
    assert {(each.state, each.attempts) for each in await deliveries(pages)} == {("dead", 3)}
    assert {each.fault for each in await deliveries(pages)} == {"errcode 93000", "ConnectError"}
    assert len(group.bodies) == 6
    reader = Reader("p-office", (Role.DISCIPLINE_OFFICE,))
    assert await InBox(pages.store.engine, TOWN).unread(reader) == 2, "the in-box has them all the same"


async def test_a_robot_that_fails_once_gets_it_again_with_the_same_key(pages: Pages) -> None:
    await rectification(pages)
    async with robot_receiver((500, {})) as group:
        robot = Robot("群", RobotKind.DINGTALK, group.url, OFFICE, secret="SEC1")
        post = post_office(pages, robots=(robot,))
        await post.round(TOWN, NOW + timedelta(seconds=10))
        await post.round(TOWN, NOW + timedelta(minutes=5))
    assert len(group.keys) == 3
    assert len(set(group.keys)) == 2
    assert all(body["msgtype"] == "text" for body in group.bodies)
    assert all({"timestamp", "sign", "key"} == set(query) for query in group.queries)


async def test_a_worker_that_died_while_sending_sends_it_after_the_lease(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rectification(pages)
    async with robot_receiver() as group:
        post = post_office(pages, robots=(Robot("群", RobotKind.PLAIN, group.url, OFFICE),))

        async def die(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as dying:
            dying.setattr(Robot, "send", die)
            with pytest.raises(KeyboardInterrupt):
                await post.round(TOWN, NOW)
        # One of two taken at once died; the other was taken with it, and waits as long.
        assert await post.round(TOWN, NOW + LEASE - timedelta(seconds=1)) == 0
        assert await post.round(TOWN, NOW + LEASE + timedelta(seconds=1)) == 2
    assert {body["stream"] for body in group.bodies} == {f"rectification-{NOW.year}-lys1"}


async def test_a_head_is_told_of_their_own_case_and_of_no_other(pages: Pages) -> None:
    entered = EnterSubject(post=SUBJECT.model_copy(update={"id": "lys1"}), since=NOW.date() - timedelta(days=30))
    await write_book(pages.store, TOWN, ROSTER, entered, actor=STAFF, command_id="enter:1", now=NOW)
    await rectification(pages, 1)
    await rectification(pages, 2)
    await post_office(pages).round(TOWN)
    box = InBox(pages.store.engine, TOWN)
    told = await box.messages(Reader("p-head", (Role.HEAD,)))
    assert {each.message.stream for each in told} == {f"rectification-{NOW.year}-lys1"}
    assert await box.messages(Reader("p-other", (Role.HEAD,))) == []


async def test_who_has_read_a_message_and_when_is_known(pages: Pages) -> None:
    await person(pages, "office", Role.DISCIPLINE_OFFICE, None)
    await rectification(pages)
    await post_office(pages).round(TOWN)
    box, reader = InBox(pages.store.engine, TOWN), Reader("p-office", (Role.DISCIPLINE_OFFICE,))
    first = (await box.messages(reader))[0].message
    await box.mark_read(Reader("p-deputy", (Role.DEPUTY,)), first.key)
    assert await box.unread(reader) == 2, "a stranger reads nothing"
    before = datetime.now(UTC)
    await box.mark_read(reader, first.key)
    assert await box.unread(reader) == 1
    (read,) = next(told.read for told in await box.of_stream(first.stream) if told.message.key == first.key)
    assert read[0] == "office"
    assert before <= read[1] <= datetime.now(UTC)


async def test_an_old_log_fills_the_in_box_and_is_sent_to_nobody(pages: Pages) -> None:
    await rectification(pages)
    async with robot_receiver() as group:
        post = post_office(pages, robots=(Robot("群", RobotKind.PLAIN, group.url, OFFICE),))
        assert await post.round(TOWN, NOW + timedelta(days=10)) == 0
    assert group.bodies == []
    assert await InBox(pages.store.engine, TOWN).unread(Reader("x", (Role.DISCIPLINE_OFFICE,))) == 2


async def test_secrets_stand_in_no_log_and_no_row(pages: Pages) -> None:
    await person(pages, "office", Role.DISCIPLINE_OFFICE, "office@town.test")
    await rectification(pages)
    mail = MailServer("127.0.0.1", 9, "jiandu@town.test", user="u", password="geheim", security="none")
    robot = Robot("群", RobotKind.WECOM, "http://127.0.0.1:9/send?key=geheim", OFFICE)
    with structlog.testing.capture_logs() as logs:
        await PostOffice(pages.store.engine, mail=mail, robots=(robot,)).round(TOWN)
    told = repr([logs, mail, robot, await deliveries(pages)])
    assert len(logs) == 4
    assert "geheim" not in told
    assert "office@town.test" not in told
