"""Plans and datasets: assembling, the schema, storing, golden checks, the command line."""

__version__ = "0.1.0"
