"""Where accelerators' metrics are served, how they read, and what moves them."""
