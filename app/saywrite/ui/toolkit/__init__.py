"""What every widget may use: colors, icons, labels, background jobs."""
