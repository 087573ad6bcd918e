"""Buckaroo: its settlement files, each movement of them asked for by its transaction key over the signed JSON gateway, as payouts."""
