"""The poll's box: the contract with parties in this process, what its tables may not tell, what its recount finds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from ballotbox.facts import facts_of
from ballotbox.in_memory import TEAMS, InMemoryParties
from ballotbox.poll_box import PollBox
from ballotbox.polls import PollSetup
from ballotbox.secret.ceremony import DealingRequest, deal
from ballotbox.secret.phone import Phone
from ballotbox.secret.teams import open_as_team
from ballotbox.secret.verify import verify_folder
from domain.acts import Refusal
from domain.policy.document import BallotMode
from tests.ballotbox.contract import MixedContract, PaperContract, PhonesContract, refused
from tests.ballotbox.polls import DEPUTIES, Hall, marks, setup
from tests.ballotbox.secret.conftest import broken
from transparency.signed_note import text_of


class TestPhones(PhonesContract):
    """Phones."""


class TestMixed(MixedContract):
    """Phones and paper."""


class TestPaper(PaperContract):
    """Paper."""


async def test_a_town_without_the_ballots_parties_holds_paper_polls(engine: AsyncEngine) -> None:
    box = PollBox(engine)
    paper = setup(BallotMode.PAPER)
    await box.open(paper)
    await box.begin_casting(paper.key)
    assert (await box.close(paper.key)).opened
    for mode in (BallotMode.PHONES, BallotMode.MIXED):
        with refused("no_offices"):
            await box.open(setup(mode, poll_id="2025-p2"))
    assert await box.setup_of(setup(poll_id="2025-p2").key) is None


async def dealt_the_day_before(parties: InMemoryParties, poll: PollSetup) -> bytes:
    """The manifest of a ceremony for this poll, whose slips the scrutineers hold."""
    offices = parties.offices
    facts = facts_of(poll, services=offices.services, page=offices.page(), one_operator=True)
    slots = [f"{subject}/*" for subject in facts.recused]
    a, b = [await office.prepare(poll.key, slots, list(facts.recused)) for office in offices.issuers]
    dealing = deal(DealingRequest.of(facts, {"a": a, "b": b}, await offices.box.prepare(poll.key)))
    await offices.keep_slips(poll.key, dealing)
    return dealing.poll.data


async def test_a_poll_opens_under_the_manifest_of_the_day_before(hall: Hall[InMemoryParties]) -> None:
    poll = setup()
    manifest = await dealt_the_day_before(hall.parties, poll)
    await hall.box.adopt(poll.key, manifest)
    await hall.box.adopt(poll.key, manifest)
    await hall.voted(poll, [marks("excellent")] * 3)
    assert hall.parties.dealings[poll.key].poll.data == manifest
    assert (await hall.box.status(poll.key)).manifest == hall.parties.dealings[poll.key].poll.hash.hex()
    with refused("set_up_does_not_fit"):
        await hall.box.adopt(setup(poll_id="2025-p2").key, manifest)
    await hall.parties.open(hall.box, poll)
    assert (await hall.box.close(poll.key)).subjects["czs"].overall.grades["excellent"] == 3


async def test_a_manifest_that_does_not_fit_the_poll_is_not_used(hall: Hall[InMemoryParties]) -> None:
    poll = setup()
    other = poll.model_copy(update={"deputies": (*DEPUTIES, "d6")})
    await hall.box.adopt(poll.key, await dealt_the_day_before(hall.parties, other))
    with pytest.raises(Refusal, match="代表名单与本次测评不符"):
        await hall.box.open(poll)
    assert await hall.box.setup_of(poll.key) is None
    await hall.box.open(other)


async def test_no_table_of_the_town_holds_a_ballot_or_a_token(hall: Hall[InMemoryParties], engine: AsyncEngine) -> None:
    poll = setup()
    await hall.voted(poll, [marks("excellent"), marks("incompetent"), marks("incompetent")])
    async with engine.begin() as connection:
        found = await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'ballotbox'"))
        tables = found.scalars().all()
        rows = [
            tuple(row) for table in tables for row in await connection.execute(text(f"SELECT * FROM ballotbox.{table}"))
        ]
    dump = repr([bytes(value) if isinstance(value, memoryview) else value for row in rows for value in row])
    tokens = [phone.token("czs").hex() for (key, _), phone in hall.parties.phones.phones.items() if key == poll.key]
    assert len(tokens) == 3
    assert "czs" in dump
    assert not any(token in dump for token in tokens)


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        ("tally.json", lambda data: data.replace(b'"excellent":1', b'"excellent":2', 1), "重新计票的结果与公布的不同"),
        ("slices.jsonl", lambda data: b"".join(data.splitlines(keepends=True)[1:]), "slice_root"),
        ("entries.jsonl", lambda data: b"".join(data.splitlines(keepends=True)[1:]), "leaf"),
    ],
)
async def test_what_was_changed_on_the_board_is_found(
    hall: Hall[InMemoryParties], name: str, change: Callable[[bytes], bytes], fault: str
) -> None:
    poll = setup()
    await hall.voted(poll, [marks("excellent"), marks("incompetent"), marks("competent")])
    await hall.parties.open(hall.box, poll)
    await hall.box.close(poll.key)
    manifest = hall.parties.dealings[poll.key].poll.hash.hex()
    files = await hall.parties.box.files(manifest)
    await hall.parties.box.publish(manifest, {name: change(files[name])}, "published")
    assert any(fault in found for found in (await hall.box.verify(poll.key)).faults)


async def test_counts_changed_behind_the_box_are_found(hall: Hall[InMemoryParties], engine: AsyncEngine) -> None:
    poll = setup()
    await hall.voted(poll, [marks("excellent")] * 3)
    await hall.parties.open(hall.box, poll)
    await hall.box.close(poll.key)
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE ballotbox.poll SET counts = replace(counts, 'excellent\"\\:3', 'excellent\"\\:2')")
        )
    assert "测评对象 czs：重新计票的结果与公布的不同" in (await hall.box.verify(poll.key)).faults


async def test_a_deputy_who_asks_one_issuer_alone_hinders_nobody(hall: Hall[InMemoryParties], tmp_path: Path) -> None:
    poll = setup()
    await hall.box.open(poll)
    await hall.parties.phones.collect(poll.key, DEPUTIES[:3])
    manifest = hall.parties.dealings[poll.key].poll
    for deputy, issuer in (("d4", "b"), ("d5", "a")):
        office = hall.parties.b if issuer == "b" else hall.parties.a
        phone = await asyncio.to_thread(Phone, manifest, deputy)
        await asyncio.to_thread(office.stamp, manifest.hash.hex(), deputy, phone.request("b" if issuer == "b" else "a"))
    await hall.box.begin_casting(poll.key)
    await hall.parties.phones.cast(poll.key, {d: {"czs": marks("excellent")} for d in DEPUTIES[:3]})
    await hall.parties.open(hall.box, poll)
    czs = (await hall.box.close(poll.key)).subjects["czs"]
    assert (czs.issued, czs.returned, czs.overall.grades["excellent"]) == (3, 3, 3)
    for name, data in (await hall.parties.box.files(manifest.hash.hex())).items():
        (tmp_path / name).write_bytes(data)
    assert broken(tmp_path) == set()


async def test_paper_that_one_issuer_alone_knows_is_found_before_keys_are_destroyed(
    hall: Hall[InMemoryParties],
) -> None:
    poll = setup(BallotMode.MIXED)
    await hall.box.open(poll)
    await hall.parties.phones.collect(poll.key, DEPUTIES[:3])
    manifest = hall.parties.dealings[poll.key].poll.hash.hex()
    await hall.parties.b.give_paper(manifest, ["d4"])  # and then A could not be reached
    with refused("lists_differ"):
        await hall.box.begin_casting(poll.key)
    await hall.box.issue_paper(poll.key, ["d4"])
    await hall.box.begin_casting(poll.key)


async def opened_beside_paper(hall: Hall[InMemoryParties]) -> PollSetup:
    """Three by phone, two sheets; both teams have opened, and nothing is counted yet."""
    poll = setup(BallotMode.MIXED)
    await hall.box.open(poll)
    await hall.parties.phones.collect(poll.key, DEPUTIES[:3])
    await hall.box.issue_paper(poll.key, DEPUTIES[3:])
    await hall.box.begin_casting(poll.key)
    await hall.parties.phones.cast(poll.key, {d: {"czs": marks("excellent")} for d in DEPUTIES[:3]})
    await hall.on_paper(poll, [marks("competent")] * 2)
    await hall.parties.open(hall.box, poll)
    return poll


async def test_paper_that_is_changed_once_the_phones_rows_are_known_is_not_counted(
    hall: Hall[InMemoryParties], engine: AsyncEngine
) -> None:
    poll = await opened_beside_paper(hall)
    await hall.on_paper(poll, [marks("incompetent")] * 2)
    with refused("paper_changed"):
        await hall.box.close(poll.key)
    await hall.on_paper(poll, [marks("competent")] * 2)
    assert (await hall.box.close(poll.key)).subjects["czs"].overall.grades["competent"] == 2
    assert (await hall.box.verify(poll.key)).faults == ()
    async with engine.begin() as connection:
        for table in ("paper_sheet.content", "poll.counts"):
            name, column = table.split(".")
            await connection.execute(
                text(f"UPDATE ballotbox.{name} SET {column} = replace({column}, 'competent', 'incompetent')")
            )
    assert "纸质票的录入与监票人签署的纸票计数不同" in (await hall.box.verify(poll.key)).faults


async def test_a_close_that_was_signed_before_a_poll_became_void_is_published_with_it(
    hall: Hall[InMemoryParties], tmp_path: Path
) -> None:
    poll = setup(BallotMode.MIXED)
    await hall.box.open(poll)
    await hall.parties.phones.collect(poll.key, DEPUTIES[:3])
    await hall.box.issue_paper(poll.key, ["d4"])
    await hall.box.begin_casting(poll.key)
    await hall.parties.phones.cast(poll.key, {"d1": {"czs": marks("excellent")}})
    await hall.on_paper(poll, [marks("competent")] * 2)
    await hall.parties.open(hall.box, poll)
    assert not (await hall.box.close(poll.key)).opened
    for name, data in (await hall.parties.box.files(hall.parties.dealings[poll.key].poll.hash.hex())).items():
        (tmp_path / name).write_bytes(data)
    assert broken(tmp_path) == set()


async def test_a_void_poll_is_signed_and_published_as_void_though_its_box_is_destroyed(
    hall: Hall[InMemoryParties], tmp_path: Path
) -> None:
    poll = setup(BallotMode.MIXED)
    await hall.box.open(poll)
    await hall.parties.phones.collect(poll.key, DEPUTIES[:3])
    await hall.box.issue_paper(poll.key, ["d4"])
    await hall.box.begin_casting(poll.key)
    await hall.parties.phones.cast(poll.key, {"d1": {"czs": marks("excellent")}})
    await hall.on_paper(poll, [marks("competent")] * 2)
    dealing = hall.parties.dealings[poll.key]
    manifest = dealing.poll.hash.hex()
    await hall.box.end_casting(poll.key)
    note = (await hall.parties.box.contents(manifest)).checkpoint
    for number in (1, 3, 5):
        hall.parties.box.cosign(manifest, dealing.witnesses[number].sign(text_of(note)))
    assert not (await hall.box.close(poll.key)).opened
    await hall.box.discard(poll.key)
    contents = await hall.box.contents(poll.key)
    assert (contents.ciphertexts, contents.void) == ((), True)
    for team, numbers in TEAMS:
        result = open_as_team(contents, [dealing.slips[number] for number in numbers], team)
        await hall.box.submit_opening(poll.key, result)
    for name, data in (await hall.parties.box.files(manifest)).items():
        (tmp_path / name).write_bytes(data)
    assert verify_folder(tmp_path) == []


@pytest.mark.parametrize("role", ["jiandu_app", "jiandu_auditor"])
async def test_other_roles_of_the_product_cannot_read_what_the_box_keeps(engine: AsyncEngine, role: str) -> None:
    for table in ("poll", "set_up", "opening", "paper_sheet", "sheet_decision"):
        async with engine.connect() as connection:
            await connection.execute(text(f"SET LOCAL role {role}"))
            with pytest.raises(ProgrammingError, match="permission denied"):
                await connection.execute(text(f"SELECT * FROM ballotbox.{table}"))
