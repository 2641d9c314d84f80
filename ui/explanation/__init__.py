"""Why a network answers as it does: the pieces that Draw and Predictions share."""
