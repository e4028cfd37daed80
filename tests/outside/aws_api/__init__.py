"""The parts of aws_clients.py."""
