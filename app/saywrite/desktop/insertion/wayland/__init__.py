"""Insertion under Wayland compositors with data control (Sway, Hyprland, niri …)."""
