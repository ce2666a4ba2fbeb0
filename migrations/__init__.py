"""The database's schema and its history (Alembic). `migrate(url)` brings a database up to date."""

from migrations.command import current_revision, head_revision, migrate

__all__ = ["current_revision", "head_revision", "migrate"]
