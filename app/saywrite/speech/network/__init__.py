"""How this computer reaches a host: trust, proxies, sockets, HTTP. Shared by aiOla and by the downloads of models."""
