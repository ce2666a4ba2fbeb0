"""The scrutineers' pages 监票人: witnesses, opening by two teams, publication, objections. Slips are never kept."""
