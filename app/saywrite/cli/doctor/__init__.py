"""`saywrite doctor`: what works on this computer, what does not, and the remedy."""
