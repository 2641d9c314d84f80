"""Why a network predicts what it does: occlusion, nearest neighbors, feature maps, filters."""
