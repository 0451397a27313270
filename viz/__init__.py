"""What autograd and nn made, drawn."""
