"""Bring a database to today's schema, and say which schema it has.

Needs PostgreSQL 16 or newer (`IS JSON`; tested on 18) with encoding UTF8, and no extension. It needs no superuser: the
owner must be able to create in the database (schemas of rebuilds) and have CREATEROLE; where a managed service forbids
CREATEROLE, its administrator creates the roles beforehand and grants them to the owner::

    CREATE ROLE jiandu_app NOLOGIN; CREATE ROLE jiandu_auditor NOLOGIN; CREATE ROLE jiandu_ballotbox NOLOGIN;
    GRANT jiandu_app, jiandu_auditor, jiandu_ballotbox TO <owner> WITH INHERIT FALSE, SET TRUE;
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool


def config(url: str) -> Config:
    """Alembic's configuration for one database; there is no ini file that could point elsewhere."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["url"] = make_url(url).set(drivername="postgresql+psycopg")
    return made


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade the database of `url` to `revision`; safe to call from several processes at once (one waits)."""
    command.upgrade(config(url), revision)


def current_revision(url: str) -> str | None:
    """The revision that the database has; None for an empty one."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """The revision that this program needs."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    return ScriptDirectory.from_config(made).get_current_head()
