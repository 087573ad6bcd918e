"""Mollie, API v2: settlements with their payments, refunds, chargebacks and fees."""
