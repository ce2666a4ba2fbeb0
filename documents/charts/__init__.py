"""Pictures of what was supervised: one ECharts option each, for pages and papers, with its figures as a table."""
