"""The machines of owners: registered, named, paused and removed; what they did; the models that a browser may run."""
