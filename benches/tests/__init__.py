"""Tests of what the benches work out from figures: `python3 -m unittest discover -s benches -t benches`."""
