"""The papers of the secret ballot that hold secrets: the scrutineers' sealed slips, the deputies' personal codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ballotbox.offices import IssuerName
from ballotbox.secret.manifest import Poll
from ballotbox.secret.slips import ROW, Slip
from documents.papers.qr import qr_svg
from documents.papers.render import render

ISSUER_WORDS: Mapping[IssuerName, str] = {"a": "甲码 · 镇人大办公室", "b": "乙码 · 镇纪委"}
_RULES = (
    "会前一天当面领取，核对封面号码与自己的号码相同，折好、封口、签名，当晚自己保管。",
    "开箱时三人一组，在离线的开箱电脑上扫码或输入；输入的内容不会显示，也不会保存。",
    "第一组开完，换另外三人（至少换一人）在另一台电脑上再开一次；两组的根必须一字不差。",
    "收回的票多于发出的票：不开箱，三人只签署作废。",
    "异议处理完毕后，当众销毁本条，并在销毁记录上签名。",
)
_NOTICE = "只凭此码签领，两张码各领一次。谁拿到它谁就能替您领票：请勿拍照、转发，领完交回或撕毁。"


def slips_paper(poll: Poll, slips: Mapping[int, Slip]) -> bytes:
    """PDF with a page for each slip."""
    return render(
        "scrutineer_slips",
        {
            "event": poll.manifest.event,
            "manifest": poll.hash.hex(),
            "rules": _RULES,
            "slips": [
                {"number": number, "qr": qr_svg(slip.qr_text()), "rows": _rows(slip.groups())}
                for number, slip in sorted(slips.items())
            ],
        },
    )


def codes_paper(issuer: IssuerName, event: str, board: str, codes: Iterable[tuple[str, str]]) -> bytes:
    """PDF of personal codes, eight on a page; `codes` are names with their codes."""
    return render(
        "personal_codes",
        {
            "event": event,
            "issuer": ISSUER_WORDS[issuer],
            "notice": _NOTICE,
            "codes": [{"name": name, "code": code, "qr": qr_svg(f"{board}/#{issuer}={code}")} for name, code in codes],
        },
    )


def _rows(groups: tuple[str, ...]) -> list[list[str]]:
    return [list(groups[start : start + ROW]) for start in range(0, len(groups), ROW)]
