"""What `jiandu doctor` says of the ballot's parts and their HTTPS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from commands.ballot.checkup import ballot_looks
from runtime.ports import free_port
from runtime.settings import Settings
from web.findings import State


def certificate(folder: Path, *, hosts: list[str], days: int) -> tuple[Path, Path]:
    """A certificate that the hall signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hall")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host)) for host in hosts])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(names, critical=False)
        .sign(key, SHA256())
    )
    files = folder / "hall.pem", folder / "hall.key"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


async def found(settings: Settings, key: str) -> tuple[State, str]:
    (look,) = [look for name, _, _, look in ballot_looks(settings) if name == key]
    state, detail, _ = await look()
    return state, detail


@pytest.mark.parametrize(("own", "state"), [(True, State.ERROR), (False, State.WARNING)])
async def test_a_part_that_does_not_answer(tmp_path: Path, own: bool, state: State) -> None:
    parts = frozenset({"a"}) if own else frozenset()
    settings = Settings(data_dir=tmp_path, ballot_a_port=free_port(0), ballot_parts=parts)
    said = await found(settings, "ballot_a")
    assert said[0] is state
    assert "没有应答" in said[1]


async def test_https_of_the_hall(tmp_path: Path) -> None:
    def settings(**more: object) -> Settings:
        return Settings.model_validate({"data_dir": tmp_path, **more})

    async def state(**more: object) -> State:
        return (await found(settings(**more), "ballot_https"))[0]

    assert await state() is State.OK
    assert await state(ballot_host="10.1.2.3") is State.WARNING
    assert await state(ballot_board_url="https://vote.example.cn") is State.OK
    for hosts, days, expected in (
        (["10.1.2.3"], 200, State.OK),
        (["10.1.2.3"], 10, State.WARNING),
        (["10.1.2.3"], -1, State.ERROR),
        (["10.9.9.9"], 200, State.ERROR),
    ):
        file, key = certificate(tmp_path, hosts=hosts, days=days)
        assert await state(ballot_host="10.1.2.3", ballot_certificate=file, ballot_certificate_key=key) is expected
