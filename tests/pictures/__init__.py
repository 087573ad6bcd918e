"""Pictures of the documentation, made from what the program really gives."""
