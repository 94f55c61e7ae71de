"""What lets anybody act as the person: their API keys, and where they are signed in."""
