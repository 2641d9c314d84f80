"""What a lesson on networks needs: the tutorial's code, counts, one convolution in numbers."""
