// The parts of ECharts that our pictures use. Canvas draws on pages (its SVG would set style attributes, which our
// content security policy refuses); SVG is drawn for papers, where there is no page.
import { use } from 'echarts/core'
import { BarChart, HeatmapChart, LineChart } from 'echarts/charts'
import {
  AriaComponent, CalendarComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent,
  VisualMapContinuousComponent, VisualMapPiecewiseComponent,
} from 'echarts/components'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'

use([
  BarChart, HeatmapChart, LineChart, AriaComponent, CalendarComponent, GridComponent, LegendComponent, MarkLineComponent,
  TooltipComponent, VisualMapContinuousComponent, VisualMapPiecewiseComponent, CanvasRenderer, SVGRenderer,
])

export { init } from 'echarts/core'
