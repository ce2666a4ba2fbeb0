"""The pages: read models shown to people, and what machines ask (`/healthz`, `/readyz`, `/metrics`)."""
