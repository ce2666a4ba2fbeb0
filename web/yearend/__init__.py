"""年终考核: one page that leads through the year's assessment, score sheets, Excel, and the entry of many scores."""
