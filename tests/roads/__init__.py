"""The same month by every road: CODA, MT940 and CAMT.053, daily and monthly, overlapping, shuffled and repeated."""
