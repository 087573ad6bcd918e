"""Labelled worlds of our own, which judge the reconciler: nothing in them was looked up in it or in other labelled worlds."""
