"""Pages of the policy (制度): what is in force, key by key, and a change that is tried on a recorded year first."""
