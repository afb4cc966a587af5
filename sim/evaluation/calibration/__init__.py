"""Calibration: which structural parameters past cases support, and how well they can be identified.

`outcomes` puts a run or a case into one of eight classes; `design` plays every case over a design of parameters;
`surface` fits the probability of each class as a smooth function of the parameters; `tempering` samples the posterior;
`calibrate` combines them.
"""
