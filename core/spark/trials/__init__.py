"""What `core.spark.lesson` tries, each in one function that tells what came of it."""
