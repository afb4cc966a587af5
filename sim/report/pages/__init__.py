"""The pages: one module per page, each with a function from its record to a `Document`."""
