"""The parts of server_load.py."""
