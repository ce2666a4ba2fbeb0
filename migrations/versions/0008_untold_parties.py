"""A void poll notes which parties have still to destroy what they hold: nobody waits for one that is away."""

from __future__ import annotations

from migrations.statements import execute

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMN = """
ALTER TABLE ballotbox.poll
    ADD COLUMN untold text[] NOT NULL DEFAULT '{}' CHECK (untold <@ ARRAY['a', 'b', 'box']),
    ADD CONSTRAINT poll_untold_when_discarded CHECK (untold = '{}' OR (phase = 'discarded' AND manifest IS NOT NULL));
COMMENT ON COLUMN ballotbox.poll.untold IS 'parties of a void poll that have not yet destroyed what they hold';
"""


def upgrade() -> None:
    execute([COLUMN])
