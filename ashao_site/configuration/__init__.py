"""What the settings read, typed and checked: the environment, and what follows from it for each subject."""
