"""ashao: the site that holds the apps together."""
