"""How good a network is: its answers to the test digits, counted, sorted, compared."""
