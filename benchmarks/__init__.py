"""Measuring: repair, unseen dumps, confidence."""
