"""What all staff pages are made of: rights, lists, words, alarms, and the one flow of review and confirmation."""
