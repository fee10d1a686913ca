"""The anonymous ballot protocol: papers, credentials, signed ballots and their checks, without Django."""
