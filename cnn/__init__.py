"""Everything about digits and the networks that read them."""
