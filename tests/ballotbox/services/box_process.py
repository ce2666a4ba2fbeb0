"""A server process of the box: `python -m tests.ballotbox.services.box_process URL FOLDER BOARD PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from ballotbox.services.box.app import box_app
from tests.ballotbox.services.box_poll import OFFICE_KEY

if __name__ == "__main__":
    url, folder, board, port = sys.argv[1:]
    uvicorn.run(
        box_app(url, Path(folder), Path(board), OFFICE_KEY),
        port=int(port),
        loop="uvloop",
        http="httptools",
        access_log=False,
        server_header=False,
        date_header=False,
        log_level="warning",
    )
