//! Arrow Flight SQL and CloudTrail's JSON API over a lake.
