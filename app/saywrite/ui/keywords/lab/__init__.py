"""The keyword lab: keywords are tried on past dictations before they are saved."""
