"""Dynamic Resource Allocation: the API works, and a driver keeps what the API promises."""
