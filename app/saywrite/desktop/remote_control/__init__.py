"""Commands from other processes: a socket, D-Bus, and who answers them."""
