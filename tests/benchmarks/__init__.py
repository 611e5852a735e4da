"""Measurements; a package, so that one of the same name that somebody installed is not taken."""
