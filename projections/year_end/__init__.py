"""The year-end assessment in figures, from one place: pages, papers, charts and Excel show what stands here."""

from projections.year_end.figures import (
    EntryFigures,
    LineFigures,
    MethodFigures,
    ObjectionFigures,
    RankedSubject,
    SubjectFigures,
    TableFigures,
    YearFigures,
    figures_of,
)
from projections.year_end.reading import read_year, read_year_with_streaks
from projections.year_end.streaks import Streak, YearPlace, streaks_of

__all__ = [
    "EntryFigures",
    "LineFigures",
    "MethodFigures",
    "ObjectionFigures",
    "RankedSubject",
    "Streak",
    "SubjectFigures",
    "TableFigures",
    "YearFigures",
    "YearPlace",
    "figures_of",
    "read_year",
    "read_year_with_streaks",
    "streaks_of",
]
