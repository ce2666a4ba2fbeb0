"""An issuer as a service: checks a deputy's code, commits durably, stamps blindly, and forgets when collecting ends."""
