"""The box in a process of its own, as the product runs it: `python -m bench.box_process URL FOLDER BOARD PORT KEY`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop

from ballotbox.services.box.app import box_app
from ballotbox.services.serve import Listener, serve

if __name__ == "__main__":
    url, folder, board, port, key = sys.argv[1:]
    app = box_app(url, Path(folder), Path(board), key)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve([Listener("box", app, "127.0.0.1", int(port))]))
