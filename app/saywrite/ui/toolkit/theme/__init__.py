"""The visual language: tokens, contrast and the colors of light, dark and high-contrast palettes."""

from saywrite.ui.toolkit.theme.colors import (
    PageColors,
    ThemeColors,
    apply_scheme,
    page_colors,
    plain_palette,
    theme_colors,
)
from saywrite.ui.toolkit.theme.contrast import (
    GRAPHIC_CONTRAST,
    TEXT_CONTRAST,
    blend,
    contrast,
    luminance,
    readable,
)

__all__ = [
    "GRAPHIC_CONTRAST",
    "TEXT_CONTRAST",
    "PageColors",
    "ThemeColors",
    "apply_scheme",
    "blend",
    "contrast",
    "luminance",
    "page_colors",
    "plain_palette",
    "readable",
    "theme_colors",
]
