"""Simulations: the whole program against a world with faults, from a seed."""
