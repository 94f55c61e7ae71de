"""A message is sent: what the model is given, the job, and the key that makes it once."""
