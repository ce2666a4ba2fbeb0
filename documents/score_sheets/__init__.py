"""The year-end scores in Excel: a workbook to fill in, its reading with every fault by cell, what it would change.

Nothing is entered when anything is wrong. Figures are those of `projections.year_end`; nothing is worked out here but
a scorer's mark from the items of a score table, by the rule for it.
"""

from documents.score_sheets.changes import Filled, NewEntry, changes_of
from documents.score_sheets.ranking import write_ranking
from documents.score_sheets.reading import read_scores
from documents.score_sheets.template import write_scores

__all__ = ["Filled", "NewEntry", "changes_of", "read_scores", "write_ranking", "write_scores"]
