"""`jiandu ballot pack`: a published folder as one file to hand out, with the outsiders' verifier."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ballotbox.secret.publication import PUBLISHED_FILES
from commands.outcome import Exit, invalid_input
from commands.screen import done, print_json, warn

_VERIFIER = ("verify_ballot.py", "README.zh.md")
_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that the format can write: the same folder gives the same file."""


def pack(folder: Path, target: Path, *, as_json: bool) -> int:
    """Write the file, which must not exist."""
    names = [name for name in PUBLISHED_FILES if (folder / name).is_file()]
    if "manifest.json" not in names:
        raise invalid_input(f"{folder} 不是公布的文件夹（没有 manifest.json）。")
    if target.exists():
        raise invalid_input(f"文件 {target} 已经有了，不会覆盖。", "换一个文件名。")
    explained = Path(__file__).parents[2] / "docs" / "verify"
    extra = [explained / name for name in _VERIFIER if (explained / name).is_file()]
    with zipfile.ZipFile(target, "w") as packed:
        for name in names:
            _add(packed, f"poll/{name}", (folder / name).read_bytes())
        for path in extra:
            _add(packed, path.name, path.read_bytes())
    if len(extra) < len(_VERIFIER) and not as_json:
        warn("本机没有独立核对程序（docs/verify），没有放进去；请另附。")
    if as_json:
        print_json({"ok": True, "file": str(target), "files": names, "verifier": len(extra) == len(_VERIFIER)})
    else:
        done(f"{target}：公布的文件 {len(names)} 个。解开后运行 python3 verify_ballot.py poll 即可核对。")
    return Exit.OK


def _add(packed: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    packed.writestr(entry, data)
