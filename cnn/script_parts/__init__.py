"""The parts that a script repeating a run is put together from."""
