// Draws the pictures of a page from the options beside them. The tables below say the same without this script.
const still = matchMedia('(prefers-reduced-motion: reduce)')

for (const place of document.querySelectorAll('[data-chart]')) {
  const option = JSON.parse(document.getElementById(place.dataset.chart).textContent)
  const height = Number(place.dataset.height)
  // By the object model: a style attribute would be refused by the security policy.
  place.style.height = `${height}px`
  const chart = echarts.init(place, null, { renderer: 'canvas' })
  chart.setOption({ ...option, animation: !still.matches })
  new ResizeObserver(() => chart.resize()).observe(place)
  place.dataset.drawn = 'true'
}
