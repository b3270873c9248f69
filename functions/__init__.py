"""The doors: one module per trigger family. Each parses, calls one use case of `shared/app.py`, and returns."""
