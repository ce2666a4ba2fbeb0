"""The checks of the secret ballot's parts, for `jiandu doctor` and the status page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address

import httpx
from cryptography import x509

from ballotbox.services.client import trust
from commands.addresses import part_url
from runtime.ballot_parts import NAMES, PARTS, Part, origin
from runtime.settings import Settings
from web.findings import State

Look = Callable[[], Awaitable[tuple[State, str, str]]]

_LATER = timedelta(days=30)
_START = "用 jiandu up 或 jiandu ballot serve 启动；已启动则看数据文件夹里 logs/ballot.log。"
_RECIPE = "按 docs/operations-ballot.md 的“会场的 HTTPS”准备证书，投票前一天用手机试一次。"


def ballot_looks(settings: Settings) -> list[tuple[str, str, str, Look]]:
    """Key, title, advice and check of each part, and of the HTTPS that phones need."""
    looks: list[tuple[str, str, str, Look]] = [
        (f"ballot_{part}", NAMES[part], _START, partial(_part, settings, part)) for part in PARTS
    ]
    return [*looks, ("ballot_https", "投票的 HTTPS", _RECIPE, partial(asyncio.to_thread, _https, settings))]


async def _part(settings: Settings, part: Part) -> tuple[State, str, str]:
    """Whether a part answers, and is the one that it should be."""
    own, url = part in settings.ballot_parts, part_url(settings, part)
    try:
        verify = await asyncio.to_thread(trust, settings.ballot_certificate)
        async with httpx.AsyncClient(verify=verify, trust_env=False, timeout=4) as client:
            answer = (await client.get(f"{url}/healthz")).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        # Whoever votes on paper needs none of the parts that others run.
        state = State.ERROR if own else State.WARNING
        return state, f"{url} 没有应答（{type(error).__name__}）", _START
    if not isinstance(answer, dict) or answer.get("part") != part:
        return State.ERROR, f"{url} 应答的不是{NAMES[part]}", "核对 JIANDU_BALLOT_…_URL 与端口。"
    return State.OK, url, ""


def _https(settings: Settings) -> tuple[State, str, str]:
    """Phones make keys only on pages that come by HTTPS (`crypto.subtle`)."""
    board = httpx.URL(origin(settings, "board"))
    if settings.ballot_certificate is None:
        if board.scheme == "https":
            return State.OK, f"由 {board.host} 的代理提供", ""
        if _is_this_machine(board.host):
            return State.OK, "没有证书：手机投票只能在本机试用", ""
        return State.WARNING, f"{board} 不是 HTTPS，手机上不能投票", _RECIPE
    certificate = x509.load_pem_x509_certificate(settings.ballot_certificate.read_bytes())
    ends = certificate.not_valid_after_utc
    words = f"{settings.ballot_certificate}，有效至 {ends:%Y-%m-%d}"
    now = datetime.now(UTC)
    if now > ends or now < certificate.not_valid_before_utc:
        return State.ERROR, f"{words}：不在有效期内", _RECIPE
    if board.host not in _hosts(certificate):
        return State.ERROR, f"{words}：证书里没有 {board.host}", _RECIPE
    return (State.WARNING if ends - now < _LATER else State.OK), words, _RECIPE


def _hosts(certificate: x509.Certificate) -> set[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    addresses = names.get_values_for_type(x509.IPAddress)
    return {*names.get_values_for_type(x509.DNSName), *(str(address) for address in addresses)}


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
