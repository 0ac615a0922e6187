"""The network below the service: HTTP, WebSocket, Socket.IO, errors."""
