"""Local pages: who may talk to one, how it is served, and the look and script that pages share."""
