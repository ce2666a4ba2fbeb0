"""The roster from Excel: a template to fill in, a preview of what would change, every fault with its cell.

Nothing is imported when anything is wrong. `import_roster` reads a file and compares it with the roster in force;
`write_template` writes the file to fill in; `mark_faults` gives people their own file back with the faults in red.
"""

from documents.roster_import.importing import import_roster
from documents.roster_import.marking import mark_faults
from documents.roster_import.preview import Change, ChangeKind, Preview
from documents.roster_import.result import ImportedDeputy, RosterImport
from documents.roster_import.template import write_roster, write_template

__all__ = [
    "Change",
    "ChangeKind",
    "ImportedDeputy",
    "Preview",
    "RosterImport",
    "import_roster",
    "mark_faults",
    "write_roster",
    "write_template",
]
