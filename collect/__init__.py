"""What we may ask for and when: direct debits and reminders."""
