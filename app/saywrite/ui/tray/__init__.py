"""The tray icon, the overlay, and the life of the window behind them."""
