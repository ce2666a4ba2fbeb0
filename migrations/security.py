"""Who may touch a table: row-level security by town, and the rights of the two roles.

`jiandu_app` reads and writes the rows of the town named by the setting `jiandu.town`; `jiandu_auditor` reads all towns
and writes nothing. Security is forced, so the owner is held to it as well; only a superuser passes, which is why every
transaction of the program starts by taking one of the two roles.
"""

from __future__ import annotations

APP = "jiandu_app"
AUDITOR = "jiandu_auditor"


def create_roles() -> list[str]:
    """Both roles, if the cluster has them not; granted to whoever migrates, so that he can take them."""
    return [
        f"""
        DO $$ BEGIN
            CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- roles belong to the cluster, not the database
        END $$
        """
        for role in (APP, AUDITOR)
    ] + [
        f"""
        DO $$ BEGIN
            IF NOT pg_has_role(current_user, '{role}', 'SET') THEN
                -- Not inherited: the owner has the role's rights, and sees its rows, only while he takes the role.
                EXECUTE format('GRANT {role} TO %I WITH INHERIT FALSE, SET TRUE', current_user);
            END IF;
        END $$
        """
        for role in (APP, AUDITOR)
    ]


def by_town(table: str, rights: str, *, column: str = "town") -> list[str]:
    """Row-level security of one table; `rights` are what the application role may do, as in GRANT."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"""
        CREATE POLICY by_town ON {table}
            USING ({column} = current_setting('jiandu.town', true))
            WITH CHECK ({column} = current_setting('jiandu.town', true))
        """,
        f"CREATE POLICY audit ON {table} FOR SELECT TO {AUDITOR} USING (true)",
        f"GRANT {rights} ON {table} TO {APP}",
        f"GRANT SELECT ON {table} TO {AUDITOR}",
    ]


def append_only(table: str) -> list[str]:
    """Triggers by which a table refuses change, also to its owner and to a superuser who acts by mistake.

    Statement triggers, since those fire even where no row is touched, and TRUNCATE has no others.
    """
    return [
        f"""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION jiandu_refuse_change()
        """
    ]
