"""Invented experts of the demonstration: who they are, what they know, what they look like."""
