"""Invented content of the demonstration: three brands, what they sell and what is said about it."""
