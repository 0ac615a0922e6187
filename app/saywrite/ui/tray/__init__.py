"""The tray icon, the overlay, and the window that they show and hide."""
