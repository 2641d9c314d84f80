"""What explains a prediction: occlusion maps, nearest neighbors, feature maps."""
