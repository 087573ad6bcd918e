"""Tenants that work as they stand, and the seeded generator of the demo's data."""
