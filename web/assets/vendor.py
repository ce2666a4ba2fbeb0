"""Makes `web/static/vendor/` anew from the packages that `package-lock.json` names; needs node and the registry.

`python web/assets/vendor.py` builds, `--check` builds into a temporary folder and compares with what is committed.
The result is committed, so that installing jiandu needs no node. tests/web/test_vendor.py holds the committed files to
their manifest without building.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE.parent / "static" / "vendor"
_OLDEST = "chrome86,firefox78,safari14"
"""The oldest browsers of the offices' machines (docs/architecture.md); newer syntax is lowered for them."""
_BUNDLED = ("echarts", "zrender", "tslib")
"""The packages whose code is in `echarts.js`."""


def build(into: Path) -> None:
    """Write `echarts.js`, the licences of what is in it, and `manifest.json`. Raises `CalledProcessError`."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc", "echarts.js"):
            shutil.copy(HERE / name, work)
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=work, check=True, stdout=subprocess.DEVNULL)
        out = into / "echarts.js"
        subprocess.run(
            [
                *("npx", "--no-install", "esbuild", "echarts.js", "--bundle", "--minify", "--format=iife"),
                *("--global-name=echarts", f"--target={_OLDEST}", "--legal-comments=none", "--charset=utf8"),
                *("--log-level=warning", f"--outfile={out}"),
            ],
            cwd=work,
            check=True,
        )
        modules = work / "node_modules"
        packages = [json.loads((modules / name / "package.json").read_text(encoding="utf-8")) for name in _BUNDLED]
        texts = [(modules / name / _licence_file(modules / name)).read_text(encoding="utf-8") for name in _BUNDLED]
        notice = (modules / "echarts" / "NOTICE").read_text(encoding="utf-8")
    heads = [f"{each['name']} {each['version']} ({each['license']})" for each in packages]
    parts = [f"{head}\n{'=' * len(head)}\n\n{text.strip()}\n" for head, text in zip(heads, texts, strict=True)]
    licences = into / "LICENCES.txt"
    licences.write_text("\n\n".join([*parts, f"NOTICE\n======\n\n{notice.strip()}\n"]), encoding="utf-8")
    manifest = {
        "packages": [{key: each[key] for key in ("name", "version", "license")} for each in packages],
        "files": {file.name: digest(file) for file in (out, licences)},
    }
    (into / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def digest(file: Path) -> str:
    """The SHA-256 of a file, in hex."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def differences(built: Path) -> list[str]:
    """The names of files that are not committed as they are built."""
    return [
        name
        for name in ("echarts.js", "LICENCES.txt", "manifest.json")
        if not (VENDOR / name).is_file() or (VENDOR / name).read_bytes() != (built / name).read_bytes()
    ]


def _licence_file(package: Path) -> str:
    return next(file.name for file in sorted(package.iterdir()) if file.name.upper().startswith("LICEN"))


def main() -> int:
    """Build, or check; 1 where the committed files differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare with what is committed")
    if not parser.parse_args().check:
        VENDOR.mkdir(exist_ok=True)
        build(VENDOR)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        changed = differences(Path(folder))
    sys.stdout.write("".join(f"{name} differs\n" for name in changed) or "as committed\n")
    return 1 if changed else 0


if __name__ == "__main__":
    raise SystemExit(main())
