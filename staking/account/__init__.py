"""What a person has, what came in and went out, and buying credits."""
