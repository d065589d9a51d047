"""Cases by family of rules."""
