"""Web push: devices that are called when their person is needed, by the standard protocol (RFC 8030, 8291, 8292)."""
