"""A sweep trains many networks, one for each choice of hyperparameters, and names the best."""
