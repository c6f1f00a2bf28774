"""The shopper's door: loader, panel, sockets and the REST fallback."""
