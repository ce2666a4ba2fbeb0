"""An option drawn without a browser: SVG by ECharts itself in an embedded V8, PNG from the SVG.

Both take some tenths of a second of one core; call them from a thread (`asyncio.to_thread`), never in the event loop.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from documents.charts.picture import WIDTH, Picture
from domain.acts import Refusal

_ECHARTS = Path(__file__).resolve().parents[2] / "web" / "static" / "vendor" / "echarts.js"
_SCALE = 2
"""PNG pixels a unit of the SVG: sharp on paper."""
_DRAW = """(function (option, width, height) {
  var chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: height });
  try {
    chart.setOption(Object.assign({ animation: false, backgroundColor: '#fff' }, option));
    return chart.renderToSVGString();
  } finally { chart.dispose(); }
})(%s, %d, %d)"""


class DrawingFailed(Refusal):
    """ECharts or the rasteriser could not draw an option."""

    def __init__(self, picture: str, why: str) -> None:
        super().__init__("drawing_failed", f"图表 {picture} 画不出来：{why}。")


def svgs(pictures: Sequence[Picture], width: int = WIDTH) -> list[str]:
    """The pictures as SVG, drawn one after another in one V8. Raises `DrawingFailed`."""
    from py_mini_racer import JSEvalException, MiniRacer

    drawn: list[str] = []
    # As a context manager: an engine that is not closed keeps the process from ending.
    with MiniRacer() as engine:
        engine.eval(_ECHARTS.read_text(encoding="utf-8") + ";0")
        for picture in pictures:
            call = _DRAW % (json.dumps(picture.option, ensure_ascii=False), width, picture.height)
            try:
                drawn.append(str(engine.eval(call)))
            except JSEvalException as error:
                raise DrawingFailed(picture.title, str(error)) from error
    return drawn


def png(svg: str, title: str = "") -> bytes:
    """An SVG as PNG with this machine's Chinese fonts. Raises `DrawingFailed`."""
    import resvg_py

    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=_SCALE, background="#ffffff", languages=["zh"]))
    except ValueError as error:
        raise DrawingFailed(title, str(error)) from error
