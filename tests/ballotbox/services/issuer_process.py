"""A server process of an issuer: `python -m tests.ballotbox.services.issuer_process NAME FOLDER URL PORT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop

from ballotbox.services.issuer.app import issuer_app
from ballotbox.services.serve import Listener, serve
from tests.ballotbox.services.issuer_party import OFFICE_KEY


async def main() -> None:
    name, folder, url, port = sys.argv[1:]
    async with issuer_app("a" if name == "a" else "b", Path(folder), url, OFFICE_KEY) as app:
        await serve([Listener(name, app, "127.0.0.1", int(port))])


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
