"""DATEV: booking batches in the EXTF format, for a tax adviser to import. A file goes out and nothing comes back."""
