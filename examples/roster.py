"""Write `roster.xlsx`, the sample town's roster as the product's own import reads it: `python -m examples.roster`."""

from __future__ import annotations

from pathlib import Path

import yaml

from documents.roster_import import write_roster
from domain.roster.commands import Deputy
from domain.roster.posts import Post

HERE = Path(__file__).parent


def main() -> None:
    """Write the file beside this one, always the same bytes."""
    town = yaml.safe_load((HERE / "town.yaml").read_text(encoding="utf-8"))
    write_roster(
        HERE / "roster.xlsx",
        [Deputy.model_validate(deputy) for deputy in town["deputies"]],
        [Post.model_validate(post) for post in town["posts"]],
    )


if __name__ == "__main__":
    main()
