"""Load and scale programs; each prints one table."""
