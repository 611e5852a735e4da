"""Thousands of drawings: ranked, counted, mapped and compared, on one machine and past it."""
