"""Plans and datasets: assembling, the schema, storing, golden checks, the command line."""
