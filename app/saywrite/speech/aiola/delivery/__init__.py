"""Which sound has its text. Pure: knows neither network nor clock."""
