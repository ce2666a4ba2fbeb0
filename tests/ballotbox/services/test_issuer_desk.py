"""An issuer's desk on a real database: who gets what, once, and what is left when collecting ends."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from ballotbox.offices import Collected, IssuerName
from ballotbox.polls import PollKey
from ballotbox.secret.issuer import Issuer
from ballotbox.secret.manifest import ISSUERS
from ballotbox.secret.phone import Phone
from ballotbox.secret.statements import Collectors, Destroyed, read_statement, signers_of
from ballotbox.services.issuer.codes import new_code, read_code
from ballotbox.services.issuer.office import Desks
from domain.acts import Refusal
from tests.ballotbox.services.issuer_party import NAMES, Party, request_of


class Office:
    """Both issuers, and everybody's codes."""

    def __init__(self, party: Party, desks: dict[IssuerName, Desks], urls: dict[IssuerName, str]) -> None:
        self.party = party
        self.desks = desks
        self.urls = urls
        self.codes: dict[IssuerName, dict[str, str]] = {}

    async def stamp(self, phone: Phone, deputy: str, issuer: IssuerName) -> None:
        desk = await self.desks[issuer].desk(self.party.manifest)
        phone.take(issuer, await desk.stamp(self.codes[issuer][deputy], phone.request(issuer)))


@pytest_asyncio.fixture
async def office(party: Party, new_part_database: Callable[[], str], tmp_path: Path) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        urls = {issuer: new_part_database() for issuer in ISSUERS}
        desks = {
            issuer: await stack.enter_async_context(Desks.open(issuer, party.copy(issuer, tmp_path), urls[issuer]))
            for issuer in ISSUERS
        }
        opened = Office(party, desks, urls)
        for issuer in ISSUERS:
            await desks[issuer].begin(party.poll.data, party.voters)
            opened.codes[issuer] = await desks[issuer].codes(party.manifest)
        yield opened


def secrets_in(folder: Path) -> list[str]:
    return sorted(
        path.name for path in folder.rglob("*") if path.suffix in {".key", ".keys"} or path.stem == "collected"
    )


async def refused(awaitable: object) -> str:
    with pytest.raises(Refusal) as caught:
        await awaitable  # type: ignore[misc]
    return caught.value.code


def test_a_code_is_read_however_it_is_typed_and_a_slip_of_the_hand_is_noticed() -> None:
    for _ in range(50):
        code = new_code()
        assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
        plain = code.replace("-", "")
        assert read_code(code) == plain == read_code(f" {code.lower().replace('-', ' ')} ")
        assert read_code(plain.replace("0", "o").replace("1", "l")) == plain
        for place in range(12):
            other = "0" if plain[place] != "0" else "7"
            assert read_code(plain[:place] + other + plain[place + 1 :]) is None
            if place and plain[place - 1] != plain[place]:
                swapped = plain[: place - 1] + plain[place] + plain[place - 1] + plain[place + 1 :]
                assert read_code(swapped) is None
    assert read_code("") is None
    assert read_code("U" * 12) is None


async def test_codes_differ_between_issuers_and_identify_the_deputy(office: Office) -> None:
    assert sorted(office.codes["a"]) == sorted(office.codes["b"]) == sorted(NAMES)
    everything = [*office.codes["a"].values(), *office.codes["b"].values()]
    assert len(set(everything)) == 24
    desk = await office.desks["a"].desk(office.party.manifest)
    known = await desk.who(office.codes["a"]["d12"].lower())
    assert known == ("d12", "代表12", ("lys", "zhs"), False)
    assert await refused(desk.who(office.codes["b"]["d12"])) == "bad_code"
    assert await refused(desk.who("0000")) == "bad_code"


async def test_a_database_alone_tells_no_code(office: Office) -> None:
    with psycopg.connect(office.urls["a"]) as connection:
        row = connection.execute("SELECT code FROM voter WHERE deputy = 'd01'").fetchone()
    assert row is not None
    code = office.codes["a"]["d01"].replace("-", "")
    assert len(row[0]) == 32
    assert code.encode() not in row[0]
    assert office.codes["a"]["d01"] == office.codes["a"]["d01"].upper()


async def test_both_stamps_are_good_and_the_same_request_gets_the_same_answer(office: Office) -> None:
    phone = Phone(office.party.poll, "d12")
    for issuer in ISSUERS:
        await office.stamp(phone, "d12", issuer)
    assert phone.fill({})  # takes both stamps of every slice and token
    desk = await office.desks["a"].desk(office.party.manifest)
    answers = [await desk.stamp(office.codes["a"]["d12"], phone.request("a")) for _ in range(2)]
    assert answers[0] == answers[1]
    assert (await desk.who(office.codes["a"]["d12"])).collected


async def test_the_service_decides_as_the_issuer_in_memory(office: Office) -> None:
    """Entitlement of a recused deputy, foreign and missing columns, other requests, values too large: one code."""
    poll, party = office.party.poll, office.party
    memory = Issuer("a", poll, party.facts.roster, party.secrets("a"))
    desk = await office.desks["a"].desk(party.manifest)
    whole, recused = request_of(poll, "d01"), request_of(poll, "d12")
    wrong = [
        whole,
        recused._replace(tokens={}),
        recused._replace(slices={**recused.slices, "lys/*": b"\xff" * 256}),
        recused._replace(slices={**recused.slices, "lys/*": b"\x01"}),
    ]
    for request in wrong:
        with pytest.raises(Refusal) as theirs:
            memory.stamp("d12", request)
        assert await refused(desk.stamp(office.codes["a"]["d12"], request)) == theirs.value.code == "wrong_request"
    assert (await desk.stamp(office.codes["a"]["d12"], recused)) == memory.stamp("d12", recused)
    other = request_of(poll, "d12")
    with pytest.raises(Refusal, match="other_request"):
        memory.stamp("d12", other)
    assert await refused(desk.stamp(office.codes["a"]["d12"], other)) == "other_request"


async def test_new_codes_replace_old_ones_until_somebody_has_collected(office: Office) -> None:
    desks, manifest = office.desks["a"], office.party.manifest
    assert await desks.codes(manifest) == {}, "told once"
    renewed = await desks.codes(manifest, ["d01"])
    desk = await desks.desk(manifest)
    assert await refused(desk.who(office.codes["a"]["d01"])) == "bad_code"
    request = request_of(office.party.poll, "d01")
    await desk.stamp(renewed["d01"], request)
    assert await refused(desks.codes(manifest, ["d01", "d02"])) == "already_collected"
    assert (await desk.who(office.codes["a"]["d02"])).deputy == "d02", "all or none"
    assert await refused(desks.codes(manifest, ["d99"])) == "not_entitled"


async def test_paper_at_both_issuers(office: Office) -> None:
    a, b, manifest = office.desks["a"], office.desks["b"], office.party.manifest
    phone = Phone(office.party.poll, "d02")
    for issuer in ISSUERS:
        await office.stamp(phone, "d02", issuer)
    half = Phone(office.party.poll, "d03")
    await office.stamp(half, "d03", "a")

    assert await refused(b.give_paper(manifest, ["d01", "d02"])) == "both_stamped"
    assert await b.collected(manifest) == Collected(phones=1, paper=0), "all or none"
    for _ in range(2):
        for desks in (a, b):
            await desks.give_paper(manifest, ["d01", "d03"])
    assert await a.collected(manifest) == Collected(phones=1, paper=2)
    assert await b.collected(manifest) == Collected(phones=1, paper=2)
    desk = await b.desk(manifest)
    assert await refused(desk.stamp(office.codes["b"]["d03"], half.request("b"))) == "took_paper"
    assert await refused((await a.desk(manifest)).stamp(office.codes["a"]["d03"], half.request("a"))) == "took_paper"

    lists = {}
    for issuer in ISSUERS:
        statements = await office.desks[issuer].end_collecting(manifest)
        lists[issuer] = read_statement(office.party.poll, statements.collectors, Collectors)
        assert await office.desks[issuer].collected(manifest) == Collected(phones=1, paper=2)
    assert lists["a"].deputies == lists["b"].deputies == ("d01", "d02", "d03")
    assert lists["a"].issued == {"czs": 3, "lys": 3, "zhs": 3}
    assert lists["a"].paper == lists["b"].paper == {"czs": 2, "lys": 2, "zhs": 2}


async def test_the_end_is_signed_and_final_and_the_same_when_asked_again(office: Office) -> None:
    desks, poll, manifest = office.desks["a"], office.party.poll, office.party.manifest
    await office.stamp(Phone(poll, "d12"), "d12", "a")
    first = await desks.end_collecting(manifest)
    assert await desks.end_collecting(manifest) == first
    for note in (first.collectors, first.destroyed):
        assert signers_of(note, {1: poll.issuer_key("a")}) == {1}
    body = read_statement(poll, first.collectors, Collectors)
    assert (body.deputies, body.issued["czs"], body.issued["lys"]) == (("d12",), 0, 1)
    assert read_statement(poll, first.destroyed, Destroyed).issuer == "a"
    desk = await desks.desk(manifest)
    for asked in (
        desk.who(office.codes["a"]["d01"]),
        desk.stamp(office.codes["a"]["d01"], request_of(poll, "d01")),
        desk.give_paper(["d01"]),
        desks.codes(manifest, ["d01"]),
    ):
        assert await refused(asked) == "collecting_over"


async def test_a_discarded_poll_leaves_no_key_and_makes_room_for_the_next(office: Office, tmp_path: Path) -> None:
    desks, party = office.desks["a"], office.party
    await office.stamp(Phone(party.poll, "d01"), "d01", "a")
    for _ in range(2):
        await desks.discard(party.manifest)
    assert secrets_in(tmp_path / "a") == []
    assert await refused(desks.end_collecting(party.manifest)) == "discarded"
    assert await refused((await desks.desk(party.manifest)).who(office.codes["a"]["d01"])) == "discarded"
    keys = await desks.prepare(PollKey(party.facts.town, party.facts.poll), ["czs/*"], ["czs"])
    assert keys.slices.keys() == {"czs/*"}
    assert keys.slices["czs/*"] != party.poll.manifest.issuers["a"].slices["czs/*"]


async def test_keys_serve_one_manifest_and_no_other(office: Office, party: Party) -> None:
    desks = office.desks["a"]
    key = PollKey(party.facts.town, party.facts.poll)
    slots = list(party.poll.slots)
    assert await desks.prepare(key, slots, list(party.poll.recused)) == party.poll.manifest.issuers["a"]
    assert await refused(desks.prepare(key, slots[:1], ["czs"])) == "other_setup"
    await desks.begin(party.poll.data, party.voters)
    assert (await desks.codes(party.manifest)) == {}, "nobody lost a code when collecting began again"
    renamed = party.poll.manifest.model_copy(update={"event": "另一次测评"}).to_bytes()
    assert await refused(desks.begin(renamed, party.voters)) == "bad_manifest"
    assert await refused(desks.begin(party.poll.data, party.voters[1:])) == "bad_manifest"
    assert await refused(desks.begin(b"{}", party.voters)) == "bad_manifest"
    assert await refused(office.desks["a"].desk("00" * 32)) == "unknown_poll"


async def test_wrong_codes_are_counted_and_answered_ever_more_slowly(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await office.desks["a"].desk(office.party.manifest)
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("ballotbox.services.issuer.guesses.asyncio.sleep", sleep)
    for _ in range(60):
        assert await refused(desk.who(new_code())) == "bad_code"
    assert desk.guesses.count == 60
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0, 2.0)
    assert await refused(desk.who(new_code()[:-1])) == "bad_code"
    assert desk.guesses.count == 60, "a slip of the hand is no guess"
    assert (await desk.who(office.codes["a"]["d01"])).deputy == "d01"
