"""What a network answers: digits, numbers, and why."""
