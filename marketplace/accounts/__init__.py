"""People: accounts, sign-in, sessions, roles and tokens for programs."""
