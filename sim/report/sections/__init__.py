"""The sections of a forecast that take more than a page of code, each one function of the record."""
