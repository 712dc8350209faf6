"""relint inside other programs. An adapter converts positions and options, and knows nothing of rules."""
