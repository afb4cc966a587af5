"""From blocks to a forecast: how many runs, what they say, what it rests on, and the story of single runs."""
