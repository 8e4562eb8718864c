"""Reads the catalog into the model: a reader a family of kinds, its query beside it."""
