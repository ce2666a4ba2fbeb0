"""An issuer over HTTP: what phones and the office are answered, and what nobody is told."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import structlog

from ballotbox.offices import Collected, IssuerOffice, PartyUnreachable
from ballotbox.polls import PollKey
from ballotbox.secret.phone import Phone
from ballotbox.services.client import HttpIssuerOffice
from ballotbox.services.issuer.app import issuer_app
from domain.acts import Refusal
from runtime.ports import free_port
from tests.ballotbox.services.issuer_party import (
    OFFICE_KEY,
    IssuerProcess,
    Party,
    as_json,
    issuer_processes,
    request_of,
    stamps_of,
)


@pytest_asyncio.fixture
async def phone(party: Party, new_part_database: Callable[[], str], tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's connection to issuer A, in this process."""
    async with issuer_app("a", party.copy("a", tmp_path), new_part_database(), OFFICE_KEY) as app:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://a.test") as client:
            yield client


async def office(client: httpx.AsyncClient, act: str, **body: object) -> httpx.Response:
    return await client.post(f"/office/{act}", json=body, headers={"authorization": f"Bearer {OFFICE_KEY}"})


async def begun(client: httpx.AsyncClient, party: Party) -> dict[str, str]:
    """Collecting begins; everybody's codes."""
    voters = [voter._asdict() for voter in party.voters]
    assert (await office(client, "begin", manifest=party.poll.data.decode(), voters=voters)).status_code == 200
    codes: dict[str, str] = (await office(client, "codes", manifest=party.manifest, deputies=None)).json()
    return codes


async def test_a_phone_collects(phone: httpx.AsyncClient, party: Party) -> None:
    codes = await begun(phone, party)
    known = await phone.post(f"/who/{party.manifest}", json={"code": codes["d12"]})
    assert known.json() == {"deputy": "d12", "name": "代表12", "subjects": ["lys", "zhs"], "collected": False}
    mine = Phone(party.poll, "d12")
    body = as_json(codes["d12"], mine.request("a"))
    first, again = [await phone.post(f"/stamp/{party.manifest}", json=body) for _ in range(2)]
    assert first.json() == again.json()
    mine.take("a", stamps_of(first.json()))
    assert (await phone.post(f"/who/{party.manifest}", json={"code": codes["d12"]})).json()["collected"] is True


@pytest.mark.parametrize("path", ["who", "stamp"])
async def test_refusals_have_their_codes(phone: httpx.AsyncClient, party: Party, path: str) -> None:
    codes = await begun(phone, party)

    async def asked(body: object, manifest: str = party.manifest) -> tuple[int, str]:
        response = await phone.post(f"/{path}/{manifest}", json=body)
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["access-control-allow-origin"] == "*"
        answer = response.json()
        assert set(answer) == {"code", "message"}
        return response.status_code, answer["code"]

    def body(code: str, deputy: str = "d01") -> dict[str, object]:
        return {"code": code} if path == "who" else as_json(code, request_of(party.poll, deputy))

    assert await asked(body("0000-0000-0001")) == (401, "bad_code")
    assert await asked(body(codes["d01"]), "ab" * 32) == (404, "unknown_poll")
    assert await asked({"code": 7}) == (422, "wrong_request")
    if path == "stamp":
        assert await asked(body(codes["d01"], "d12")) == (422, "wrong_request")
        assert await asked({**body(codes["d01"]), "tokens": {"czs": "xy"}}) == (422, "wrong_request")
        assert (await phone.post(f"/stamp/{party.manifest}", json=body(codes["d01"]))).status_code == 200
        assert await asked(body(codes["d01"])) == (409, "other_request")
        assert (await office(phone, "give_paper", manifest=party.manifest, deputies=["d02"])).status_code == 200
        assert await asked(body(codes["d02"], "d02")) == (409, "took_paper")
        large = await phone.post(f"/stamp/{party.manifest}", content=b" " * (5 * 2**20))
        assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert (await office(phone, "end_collecting", manifest=party.manifest)).status_code == 200
    assert await asked(body(codes["d03"], "d03")) == (410, "collecting_over")


async def test_a_browser_may_ask_from_the_boards_origin(phone: httpx.AsyncClient, party: Party) -> None:
    asked = {"origin": "https://board.test", "access-control-request-headers": "content-type"}
    answer = await phone.options(f"/stamp/{party.manifest}", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "content-type"
    assert "set-cookie" not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer wrong", OFFICE_KEY, f"Bearer {OFFICE_KEY}x", "Bearer é"])
async def test_only_the_office_steers(phone: httpx.AsyncClient, party: Party, given: str | None) -> None:
    await begun(phone, party)
    headers = httpx.Headers() if given is None else httpx.Headers({"authorization": given}, encoding="utf-8")
    acts = ("prepare", "begin", "codes", "give_paper", "collected", "end_collecting", "discard")
    for act in acts:
        answer = await phone.post(f"/office/{act}", json={"manifest": party.manifest}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_key")
    assert (await office(phone, "collected", manifest=party.manifest)).json() == {"phones": 0, "paper": 0}


async def test_no_log_line_holds_what_a_phone_sent(
    phone: httpx.AsyncClient,
    party: Party,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also not when the service itself fails in the middle."""
    caplog.set_level(logging.DEBUG)
    codes = await begun(phone, party)
    body = as_json(codes["d01"], request_of(party.poll, "d01"))
    value = str(next(iter(body["tokens"].values())))  # type: ignore[attr-defined]
    assert (await phone.post(f"/stamp/{party.manifest}", json=body)).status_code == 200
    assert (await phone.post(f"/stamp/{party.manifest}", json={**body, "more": value})).status_code == 422

    def fails(*_: object) -> None:
        raise RuntimeError(f"{codes['d01']} d01 {value}")

    with structlog.testing.capture_logs() as logged:
        monkeypatch.setattr("ballotbox.services.issuer.desk.request_hash", fails)
        answer = await phone.post(f"/stamp/{party.manifest}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert [line["error"] for line in logged] == ["RuntimeError"]
    said = repr(logged) + caplog.text + "".join(capsys.readouterr()) + answer.text
    for secret in (codes["d01"], codes["d01"].replace("-", ""), value, "代表1", "'d01'"):
        assert secret not in said


async def test_an_office_over_http(party: Party, new_part_database: Callable[[], str], tmp_path: Path) -> None:
    """Every method of the interface against a real server process, refusals included; it stops when told to."""
    with issuer_processes("b", party.copy("b", tmp_path), new_part_database()) as (server,):
        there = HttpIssuerOffice(server.base_url, OFFICE_KEY, "b")
        await steered(there, party)
        await there.close()
        assert server.stop() == 0
        with pytest.raises(PartyUnreachable, match="发票方乙"):
            await there.collected(party.manifest)
        await there.close()


async def steered(there: IssuerOffice, party: Party) -> None:
    key = PollKey(party.facts.town, party.facts.poll)
    keys = await there.prepare(key, list(party.poll.slots), list(party.poll.recused))
    assert keys == party.poll.manifest.issuers["b"]
    await there.begin(party.poll.data, party.voters)
    assert len(await there.codes(party.manifest, ["d01", "d02"])) == 2
    assert len(await there.codes(party.manifest)) == 10
    await there.give_paper(party.manifest, ["d01"])
    assert await there.collected(party.manifest) == Collected(phones=0, paper=1)
    with pytest.raises(Refusal, match="already_collected"):
        await there.codes(party.manifest, ["d01"])
    statements = await there.end_collecting(party.manifest)
    assert await there.end_collecting(party.manifest) == statements
    await there.discard(party.manifest)


async def test_who_is_no_part_or_is_not_there_cannot_be_reached(
    party: Party, new_part_database: Callable[[], str], tmp_path: Path
) -> None:
    nobody = HttpIssuerOffice(f"http://127.0.0.1:{free_port(0)}", OFFICE_KEY, "a")
    with pytest.raises(PartyUnreachable, match="发票方甲"):
        await nobody.collected(party.manifest)
    await nobody.close()
    with issuer_processes("a", party.copy("a", tmp_path), new_part_database()) as (server,):
        stranger = HttpIssuerOffice(server.base_url, "another-key-of-32-characters-0000", "a")
        with pytest.raises(Refusal, match="bad_key"):
            await stranger.collected(party.manifest)
        await stranger.close()
        wrong_path = HttpIssuerOffice(f"{server.base_url}/nowhere", OFFICE_KEY, "a")
        with pytest.raises(PartyUnreachable, match="不是本程序"):
            await wrong_path.collected(party.manifest)
        await wrong_path.close()


def test_two_parts_cannot_share_a_database(
    party: Party, new_part_database: Callable[[], str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    url = new_part_database()
    with issuer_processes("a", party.copy("a", tmp_path), url):
        other = IssuerProcess("b", party.copy("b", tmp_path), url)
        assert other.process.wait(timeout=60) != 0
    assert "必须各用各的数据库集群" in capfd.readouterr().err
