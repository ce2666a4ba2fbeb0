"""The key and the converter under which histories are recorded and replayed. A test key: nothing in them is secret."""

from __future__ import annotations

from pathlib import Path

from temporalio.converter import DataConverter

from workflows.payloads import SealingCodec, data_converter

HISTORIES = Path(__file__).parent / "histories"


def recording_converter() -> DataConverter:
    """Seals as production does, with a key that everybody knows."""
    return data_converter(SealingCodec({"recording": b"recorded histories hold no data."}, "recording"))
