"""Brands: team, sites, catalogue and the terms of missions."""
