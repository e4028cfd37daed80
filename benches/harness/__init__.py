"""The whole-process bench: lakes, engines, questions, floors, and the report. Started by `benches/harness.py`."""
