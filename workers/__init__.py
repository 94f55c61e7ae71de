"""The network: jobs, the workers that serve them, the cloud that serves the rest."""
