"""Which entry pays which open item, and how we know."""
