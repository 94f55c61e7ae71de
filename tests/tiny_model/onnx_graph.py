"""The network as an ONNX graph, with the inputs and outputs that transformers.js expects of a Llama."""

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from .network import Floats, Shape, matrices, rope_tables
from .quantize import BLOCK, packed, quantize

OPSET = 17
_IR_VERSION = 8
_HIDDEN = -1e9  # added to the score of what a token must not see


class _Graph:
    """Collects nodes and constants; a name stands for one tensor."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def op(
        self, kind: str, *inputs: str, name: str = "", domain: str = "", **attributes: int | list[int]
    ) -> str:
        """Adds a node; its output has the node's name."""
        output = name or f"{kind}_{len(self.nodes)}"
        node = helper.make_node(kind, inputs, [output], name=output, domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self.nodes.append(node)
        return output

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def ints(self, *values: int) -> str:
        return self.constant("ints_" + "_".join(map(str, values)), np.array(values, np.int64))

    def whole(self, value: int) -> str:
        return self.constant(f"int_{value}", np.array(value, np.int64))

    def real(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, np.float32))


class _Llama:
    """Builds the graph of one shape and its parameters."""

    def __init__(
        self, shape: Shape, parameters: Mapping[str, Floats], positions: int, *, four_bits: bool
    ) -> None:
        self.graph = _Graph()
        self._shape = shape
        self._parameters = parameters
        self._four_bits = four_bits
        self._matrices = matrices(shape)
        self._tables = rope_tables(shape, positions)

    def build(self) -> None:
        graph, shape = self.graph, self._shape
        embedding = graph.constant("embedding", self._parameters["embedding"])
        x = graph.op("Gather", embedding, "input_ids", axis=0)
        rope, mask = self._rope(), self._mask()
        for layer in range(shape.layers):
            x = graph.op("Add", x, self._attention(x, layer, rope, mask))
            x = graph.op("Add", x, self._gated(x, layer))
        self._linear(self._normed(x, "norm"), "head", output="logits")

    def _linear(self, x: str, name: str, output: str = "") -> str:
        weight = self._parameters[name]
        if not self._four_bits or name not in self._matrices:
            return self.graph.op("MatMul", x, self.graph.constant(name, weight.T), name=output)
        values, scales = quantize(weight)
        return self.graph.op(
            "MatMulNBits",
            x,
            self.graph.constant(f"{name}.q4", packed(values)),
            self.graph.constant(f"{name}.scales", scales.reshape(-1)),
            name=output,
            domain="com.microsoft",
            K=weight.shape[1],
            N=weight.shape[0],
            bits=4,
            block_size=BLOCK,
        )

    def _normed(self, x: str, name: str) -> str:
        graph = self.graph
        mean = graph.op("ReduceMean", graph.op("Mul", x, x), axes=[-1], keepdims=1)
        root = graph.op("Sqrt", graph.op("Add", mean, graph.real("epsilon", self._shape.epsilon)))
        return graph.op("Mul", graph.op("Div", x, root), graph.constant(name, self._parameters[name]))

    def _rope(self) -> tuple[str, str]:
        """Cosines and sines of the tokens' positions, [batch, 1, tokens, head]."""
        graph, (cos, sin) = self.graph, self._tables
        rows = [
            graph.op("Gather", graph.constant(name, table), "position_ids", axis=0)
            for name, table in (("cos", cos), ("sin", sin))
        ]
        return graph.op("Unsqueeze", rows[0], graph.ints(1)), graph.op("Unsqueeze", rows[1], graph.ints(1))

    def _rotated(self, x: str, rope: tuple[str, str]) -> str:
        graph, half = self.graph, self._shape.head // 2
        first = graph.op("Slice", x, graph.ints(0), graph.ints(half), graph.ints(3))
        second = graph.op("Slice", x, graph.ints(half), graph.ints(2 * half), graph.ints(3))
        turned = graph.op("Concat", graph.op("Neg", second), first, axis=-1)
        return graph.op("Add", graph.op("Mul", x, rope[0]), graph.op("Mul", turned, rope[1]))

    def _mask(self) -> str:
        """0 where a token may look, else a large negative number: [batch, 1, tokens, all tokens]."""
        graph = self.graph
        total = graph.op("Gather", graph.op("Shape", "attention_mask"), graph.whole(1), axis=0)
        tokens = graph.op("Gather", graph.op("Shape", "input_ids"), graph.whole(1), axis=0)
        keys = graph.op("Range", graph.whole(0), total, graph.whole(1))
        queries = graph.op("Range", graph.op("Sub", total, tokens), total, graph.whole(1))
        later = graph.op("Greater", keys, graph.op("Unsqueeze", queries, graph.ints(1)))
        hidden, zero = graph.real("hidden", _HIDDEN), graph.real("zero", 0)
        future = graph.op("Where", later, hidden, zero)
        padding = graph.op("Equal", "attention_mask", graph.whole(0))
        absent = graph.op("Where", padding, hidden, zero)
        return graph.op("Add", graph.op("Unsqueeze", absent, graph.ints(1, 2)), future)

    def _heads(self, x: str, count: int) -> str:
        split = self.graph.op("Reshape", x, self.graph.ints(0, 0, count, self._shape.head))
        return self.graph.op("Transpose", split, perm=[0, 2, 1, 3])

    def _attention(self, x: str, layer: int, rope: tuple[str, str], mask: str) -> str:
        graph, shape = self.graph, self._shape
        inner = self._normed(x, f"{layer}.norm1")
        queries = self._rotated(self._heads(self._linear(inner, f"{layer}.q"), shape.heads), rope)
        keys = self._rotated(self._heads(self._linear(inner, f"{layer}.k"), shape.kv_heads), rope)
        values = self._heads(self._linear(inner, f"{layer}.v"), shape.kv_heads)
        past, present = f"past_key_values.{layer}", f"present.{layer}"
        keys = graph.op("Concat", f"{past}.key", keys, axis=2, name=f"{present}.key")
        values = graph.op("Concat", f"{past}.value", values, axis=2, name=f"{present}.value")
        # The query heads that share a key head are put one below the other. A 0 keeps the batch.
        stacked = graph.op("Reshape", queries, graph.ints(0, shape.kv_heads, -1, shape.head))
        scores = graph.op("MatMul", stacked, graph.op("Transpose", keys, perm=[0, 1, 3, 2]))
        scores = graph.op("Mul", scores, graph.real("scale", shape.head**-0.5))
        by_head = self._reshaped_like(scores, mask, shape.heads)
        odds = graph.op("Softmax", graph.op("Add", by_head, mask), axis=-1)
        mixed = graph.op("MatMul", self._reshaped_like(odds, scores, shape.kv_heads), values)
        mixed = graph.op("Reshape", mixed, self._shape_of(x, shape.heads))
        joined = graph.op(
            "Reshape", graph.op("Transpose", mixed, perm=[0, 2, 1, 3]), graph.ints(0, 0, shape.hidden)
        )
        return self._linear(joined, f"{layer}.o")

    def _reshaped_like(self, x: str, example: str, heads: int) -> str:
        """The scores with this many heads; rows and columns are those of the example."""
        graph = self.graph
        last = graph.op("Slice", graph.op("Shape", example), graph.ints(2), graph.ints(4))
        return graph.op("Reshape", x, graph.op("Concat", graph.ints(0, heads), last, axis=0))

    def _shape_of(self, x: str, heads: int) -> str:
        """[batch, heads, tokens, head], as a tensor."""
        graph = self.graph
        tokens = graph.op("Slice", graph.op("Shape", x), graph.ints(1), graph.ints(2))
        return graph.op("Concat", graph.ints(0, heads), tokens, graph.ints(self._shape.head), axis=0)

    def _gated(self, x: str, layer: int) -> str:
        graph = self.graph
        inner = self._normed(x, f"{layer}.norm2")
        gate = self._linear(inner, f"{layer}.gate")
        gated = graph.op("Mul", gate, graph.op("Sigmoid", gate))
        return self._linear(graph.op("Mul", gated, self._linear(inner, f"{layer}.up")), f"{layer}.down")


def onnx_model(shape: Shape, parameters: Mapping[str, Floats], positions: int, *, four_bits: bool) -> bytes:
    """The file of a model whose weights are plain floats, or 4 bits each (not the embedding and the head)."""
    llama = _Llama(shape, parameters, positions, four_bits=four_bits)
    llama.build()
    pairs = [f"{layer}.{what}" for layer in range(shape.layers) for what in ("key", "value")]

    def ints(name: str, length: str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", length])

    def cache(name: str, length: str) -> onnx.ValueInfoProto:
        sizes: list[str | int | None] = ["batch", shape.kv_heads, length, shape.head]
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, sizes)

    inputs = [
        ints("input_ids", "tokens"),
        ints("attention_mask", "all_tokens"),
        ints("position_ids", "tokens"),
        *(cache(f"past_key_values.{pair}", "past_tokens") for pair in pairs),
    ]
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "tokens", shape.vocabulary])
    outputs = [logits, *(cache(f"present.{pair}", "all_tokens") for pair in pairs)]
    built = llama.graph
    graph = helper.make_graph(built.nodes, "tiny_chat", inputs, outputs, list(built.constants.values()))
    domains = [helper.make_opsetid("", OPSET)] + [helper.make_opsetid("com.microsoft", 1)] * four_bits
    model = helper.make_model(graph, opset_imports=domains, ir_version=_IR_VERSION)
    if not four_bits:  # the checker doesn't know MatMulNBits
        onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data
