"""The plain box: the contract, what its tables may not tell, and what its recount finds."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from ballotbox.ballots import Entitlement, Envelope
from ballotbox.interface import BallotBox
from tests.ballotbox.contract import CastingContract, CountingContract, IssuingContract, PaperContract
from tests.ballotbox.polls import DEPUTIES, marks, setup, voted


class TestIssuing(IssuingContract):
    """Issuing."""


class TestCasting(CastingContract):
    """Casting."""


class TestCounting(CountingContract):
    """Counting."""


class TestPaper(PaperContract):
    """Paper."""


async def test_no_table_holds_a_token_or_ties_a_deputy_to_one(box: BallotBox, engine: AsyncEngine) -> None:
    poll = setup()
    tokens = await voted(box, poll, "czs", [marks("excellent"), marks("incompetent")])
    async with engine.begin() as connection:
        dump = ""
        for table in ("poll", "issue", "token", "casting", "ballot"):
            dump += str((await connection.execute(text(f"SELECT * FROM ballotbox.{table}"))).all())
        columns = (
            await connection.execute(
                text(
                    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'ballotbox' "
                    "AND table_name = 'issue'"
                )
            )
        ).scalars()
    assert not any(token in dump for token in tokens)
    assert set(columns) == {"town", "poll_id", "subject", "deputy"}


async def test_the_order_of_rows_does_not_link_deputies_to_ballots_after_the_close(
    box: BallotBox, engine: AsyncEngine
) -> None:
    """PostgreSQL keeps each row's inserting transaction (xmin): ballots cast one by one would be re-linked by it."""
    poll = setup()
    await box.open(poll)
    tokens = [await box.issue(poll.key, "czs", deputy) for deputy in DEPUTIES]
    await box.begin_casting(poll.key)
    for token, grade in zip(tokens, ["incompetent", "excellent", "competent", "excellent", "abstain"], strict=True):
        await box.cast(poll.key, "czs", token, marks(grade))
    await box.close(poll.key)
    async with engine.begin() as connection:
        for table, order in (("token", "token_hash"), ("ballot", "content")):
            rows = (
                await connection.execute(text(f"SELECT xmin::text, {order} FROM ballotbox.{table} ORDER BY ctid"))
            ).all()
            assert len({transaction for transaction, _ in rows}) == 1
            values = [bytes(v) if isinstance(v, memoryview) else v for _, v in rows]
            assert values == sorted(values)


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (
            "UPDATE ballotbox.ballot SET content = replace(content, 'incompetent', 'excellent')",
            "重新计票的结果与公布的不同",
        ),
        ("DELETE FROM ballotbox.ballot WHERE content LIKE '%incompetent%'", "回执 2 张，票箱中有票 1 张"),
        (
            "INSERT INTO ballotbox.ballot SELECT town, poll_id, subject, gen_random_uuid(), content "
            "FROM ballotbox.ballot",
            "回执 2 张，票箱中有票 4 张",
        ),
        ("DELETE FROM ballotbox.issue WHERE deputy = 'd1'", "发出的票 2 张，领票 1 人"),
        (
            "INSERT INTO ballotbox.casting SELECT town, poll_id, subject, sha256('x'), 'r' FROM ballotbox.poll, "
            "(VALUES ('czs')) AS s (subject)",
            "有 1 张票不是本次测评发出的",
        ),
    ],
)
async def test_what_was_changed_behind_the_box_is_found(
    box: BallotBox, engine: AsyncEngine, damage: str, fault: str
) -> None:
    poll = setup()
    await voted(box, poll, "czs", [marks("excellent"), marks("incompetent")])
    await box.close(poll.key)
    async with engine.begin() as connection:
        await connection.execute(text(damage))
    verification = await box.verify(poll.key)
    assert not verification.verified
    assert any(fault in found and "czs" in found for found in verification.faults)


@pytest.mark.parametrize("role", ["jiandu_app", "jiandu_auditor"])
async def test_other_roles_of_the_product_cannot_read_ballots(engine: AsyncEngine, role: str) -> None:
    async with engine.connect() as connection:
        await connection.execute(text(f"SET LOCAL role {role}"))
        with pytest.raises(ProgrammingError, match="permission denied"):
            await connection.execute(text("SELECT * FROM ballotbox.ballot"))


async def test_the_box_itself_cannot_make_a_used_token_unused(box: BallotBox, engine: AsyncEngine) -> None:
    await voted(box, setup(), "czs", [marks("excellent")])
    for statement in ("DELETE FROM ballotbox.casting", "UPDATE ballotbox.casting SET receipt = ''"):
        async with engine.connect() as connection:
            await connection.execute(text("SET LOCAL role jiandu_ballotbox"))
            with pytest.raises(ProgrammingError, match="permission denied"):
                await connection.execute(text(statement))


async def test_a_whole_congress_casts_in_one_call(box: BallotBox) -> None:
    """60 deputies × 46 subjects."""
    deputies = [f"d{number}" for number in range(60)]
    subjects = [f"s{number}" for number in range(46)]
    poll = setup().model_copy(
        update={
            "deputies": tuple(deputies),
            "subjects": tuple(type(setup().subjects[0])(subject=subject, ballots=60) for subject in subjects),
        }
    )
    await box.open(poll)
    asked = [Entitlement(subject, deputy) for deputy in deputies for subject in subjects]
    tokens = await box.issue_many(poll.key, asked)
    await box.begin_casting(poll.key)
    envelopes = [
        Envelope(entitlement.subject, token, marks("competent"))
        for entitlement, token in zip(asked, tokens, strict=True)
    ]
    receipts = await box.cast_many(poll.key, envelopes)
    assert len(set(receipts)) == 60 * 46
    counted = await box.close(poll.key)
    assert counted.cast == 60 * 46
    assert all(count.overall.grades["competent"] == 60 for count in counted.subjects.values())
    assert (await box.verify(poll.key)).verified
