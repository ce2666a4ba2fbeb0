"""The rules of supervision as pure functions, named after the keys of the policy that they follow."""
