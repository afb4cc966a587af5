"""What CI services read: JUnit XML, a step summary in Markdown, annotations on the lines of scenario files.

All are made from `Finding`s, plain records of gates judged, whether of scenarios or of the cells of a sweep.
"""
