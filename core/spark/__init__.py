"""Fleets beyond one machine: Spark with the official MongoDB connector.

Modules import pyspark only when it is needed; the application runs without it.
"""
