"""A tenant's YAML read into frozen policies, all faults at once."""
