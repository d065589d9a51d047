"""What the router costs, beside plain Envoy and other routers: `python -m benchmarks.router`.

Every figure is a ratio, or a difference, of things measured within one run, because absolute times
say more about a machine than about a program. It brings its own tools into the user's cache folder.
"""
