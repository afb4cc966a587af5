"""Local pages: access control, serving, and the styles and script that pages share."""
