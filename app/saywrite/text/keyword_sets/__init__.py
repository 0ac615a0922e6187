"""Lists of keywords: their files, a trial on past dictations, and suggestions from corrections."""
