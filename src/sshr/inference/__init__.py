"""The network without torch: what conceal and reveal run, in NumPy and ONNX Runtime.

`sshr.network` is the same method for training. The closed form makes most of it linear algebra,
which NumPy does; what is learned and convolves runs as graphs that `sshr export` writes.
"""
