"""The deputies' slips: QR and code of a personal link, eight on a page to be cut apart and handed out in person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from documents.papers.qr import qr_svg
from documents.papers.render import render

_STEPS = "扫码，或打开上面的网址输入短码；第一次自己设 4 到 6 位密码。"
_NOTICE = "这是您本人的，请勿转借、拍照转发。丢了请告诉镇人大工作人员，马上作废重发。"


class LinkSlip(NamedTuple):
    """One deputy's slip. `address` is what the QR opens."""

    name: str
    group: str
    address: str
    code: str


def link_slips(town: str, door: str, slips: Iterable[LinkSlip], told: Callable[[int], None] = lambda _: None) -> bytes:
    """PDF with eight slips a page. `door`: the address at which a code is typed; `told`: how many are drawn so far.

    Raises `FontsMissing`, `PaperFault`.
    """
    drawn = []
    for number, slip in enumerate(slips, 1):
        drawn.append({"name": slip.name, "group": slip.group, "code": slip.code, "qr": qr_svg(slip.address)})
        told(number)
    return render("deputy_links", {"town": town, "door": door, "steps": _STEPS, "notice": _NOTICE, "slips": drawn})
