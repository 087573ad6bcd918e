"""Scenarios that read like a clerk's calendar."""
