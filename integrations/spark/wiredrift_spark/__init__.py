"""Checks captured HTTP/JSON traffic against a contract with wiredrift, on Apache Spark."""

from typing import Any

__all__ = ["check_dataframe"]


def check_dataframe(df: Any, column: str, contract: str, **options: Any) -> bytes:
    """The profile of a DataFrame; see `wiredrift_spark.job.check_dataframe`."""
    from wiredrift_spark import job  # needs pyspark, which the other modules do not

    return job.check_dataframe(df, column, contract, **options)
