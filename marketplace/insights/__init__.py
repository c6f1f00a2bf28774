"""Figures and the rows they are made of; imported by nobody below."""
