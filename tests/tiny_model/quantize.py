"""Four bits a weight: blocks of 32 along the inputs, one scale each, as ONNX Runtime's MatMulNBits reads them."""

import numpy as np
from autograd.extend import defvjp, primitive  # type: ignore[import-untyped]
from numpy.typing import NDArray

BLOCK = 32
_ZERO = 8  # what MatMulNBits takes as zero when it is given no zero points

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def quantize(weight: Floats) -> tuple[Bytes, Floats]:
    """[outputs, inputs] to values of 0 to 15, [outputs, blocks, 32], and scales, [outputs, blocks]."""
    outputs, inputs = weight.shape
    if inputs % BLOCK:
        raise ValueError(f"{inputs} inputs aren't whole blocks of {BLOCK}")
    blocks = weight.reshape(outputs, inputs // BLOCK, BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=-1, keepdims=True), axis=-1)
    scales = np.where(extreme == 0, 1, extreme / -_ZERO).astype(np.float32)
    values = np.clip(np.rint(blocks / scales) + _ZERO, 0, 15).astype(np.uint8)
    return values, scales[..., 0]


def dequantize(values: Bytes, scales: Floats) -> Floats:
    """What `quantize` kept of a weight, [outputs, inputs]."""
    weight = (values.astype(np.float32) - _ZERO) * scales[..., None]
    return weight.reshape(len(values), -1)


def packed(values: Bytes) -> Bytes:
    """Two values a byte, the earlier in the lower half: [outputs, blocks, 16]."""
    return (values[..., 0::2] | (values[..., 1::2] << 4)).astype(np.uint8)


@primitive  # type: ignore[untyped-decorator]
def fake_quantize(weight: Floats) -> Floats:
    """The weight as 4 bits hold it; its gradient passes as if nothing were rounded."""
    return dequantize(*quantize(weight))


defvjp(fake_quantize, lambda answer, weight: lambda gradient: gradient)
