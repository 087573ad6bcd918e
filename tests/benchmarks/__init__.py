"""Measurements: `make bench`. Nothing here is asserted; figures are ratios within one run."""
