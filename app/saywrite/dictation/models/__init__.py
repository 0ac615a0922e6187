"""Recognition models as the running application owns them: downloads, trials, waiting dictations."""
