"""Fleets beyond one machine: Spark with the official MongoDB connector.

Nothing here imports pyspark before it is asked for; the application runs without it.
"""
