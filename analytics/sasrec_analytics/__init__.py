"""Builds the marts of sasrec: once, or every hour."""
