"""The pages: one module a page, each a function from its record to a `Document`."""
