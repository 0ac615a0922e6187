"""What the operating system does for us; one package per ability."""
