"""A run is a folder: its status, metrics, snapshots and calibration, and the queue of runs."""
