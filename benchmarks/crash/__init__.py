"""Kills everything in the middle of the work, again and again, and counts what is missing afterwards."""
