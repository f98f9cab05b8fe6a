"""A request of SASRec in ONNX Runtime on one thread: the history encoded, then the best items that aren't in it.

usage: onnx_peer.py FOLDER HIDDEN BLOCKS MAX_LENGTH K REPETITIONS

FOLDER holds a file for each tensor of the model, by its name (float32), and the int64 item numbers of the `history`. Prints the K
best items, then their scores; then for each line of its input the milliseconds of a request, the mean of REPETITIONS.
"""

import sys
import time
from pathlib import Path

import numpy
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

EPSILON = 1e-8


class Graph:
    """Nodes and constants, named as they come."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, values):
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.ascontiguousarray(values), name))
        return name

    def add(self, operator, *inputs, outputs=1, **attributes):
        names = [f"{operator}_{len(self.nodes)}_{n}" for n in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names if outputs > 1 else names[0]


def request_graph(tensor, history_length, hidden, blocks, max_length, k):
    """tensor: a function from a tensor's name and its columns (none: a vector) to its values."""
    graph = Graph()

    def linear(x, name):
        product = graph.add("MatMul", x, graph.constant(tensor(f"{name}.weight", hidden).T))
        return graph.add("Add", product, graph.constant(tensor(f"{name}.bias")))

    def norm(x, name):
        weight, bias = (graph.constant(tensor(f"{name}.{part}")) for part in ("weight", "bias"))
        return graph.add("LayerNormalization", x, weight, bias, axis=-1, epsilon=EPSILON)

    def attention(query, x, name):
        q, key, value = linear(query, f"{name}.query"), linear(x, f"{name}.key"), linear(x, f"{name}.value")
        mask = numpy.triu(numpy.full((history_length, history_length), -numpy.inf, numpy.float32), 1)
        scaled = graph.add("Mul", q, graph.constant(numpy.float32(hidden**-0.5)))
        scores = graph.add("MatMul", scaled, graph.add("Transpose", key, perm=[1, 0]))
        weights = graph.add("Softmax", graph.add("Add", scores, graph.constant(mask)), axis=-1)
        return linear(graph.add("MatMul", weights, value), f"{name}.output")

    # Row 0, the padding, is no item.
    items = tensor("item_embedding", hidden)[1:]
    rows = graph.add("Sub", "history", graph.constant(numpy.int64(1)))
    positions = tensor("position_embedding", hidden)[max_length - history_length :]
    embedded = graph.add("Gather", graph.constant(items * numpy.float32(hidden**0.5)), rows, axis=0)
    x = graph.add("Add", embedded, graph.constant(positions))
    for block in range(blocks):
        name = f"blocks.{block}"
        query = norm(x, f"{name}.attention_norm")
        y = norm(graph.add("Add", query, attention(query, x, f"{name}.attention")), f"{name}.feed_forward_norm")
        inner = graph.add("Relu", linear(y, f"{name}.feed_forward.in"))
        x = graph.add("Add", y, linear(inner, f"{name}.feed_forward.out"))
    last = graph.add("Gather", x, graph.constant(numpy.array([history_length - 1])), axis=0)
    scores = graph.add("MatMul", norm(last, "final_norm"), graph.constant(items.T))
    flat = graph.add("Reshape", scores, graph.constant(numpy.array([-1])))
    excluded = graph.constant(numpy.full(history_length, -numpy.inf, numpy.float32))
    left = graph.add("ScatterElements", flat, rows, excluded, axis=0)
    best, best_rows = graph.add("TopK", left, graph.constant(numpy.array([k])), outputs=2)
    graph.nodes.append(helper.make_node("Identity", [best], ["scores"]))
    graph.nodes.append(helper.make_node("Add", [best_rows, graph.constant(numpy.int64(1))], ["items"]))
    return helper.make_graph(
        graph.nodes, "request",
        [helper.make_tensor_value_info("history", TensorProto.INT64, [history_length])],
        [
            helper.make_tensor_value_info("items", TensorProto.INT64, [k]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, [k]),
        ],
        graph.constants,
    )  # fmt: skip


def start_session(graph):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def main():
    folder = Path(sys.argv[1])
    hidden, blocks, max_length, k, repetitions = (int(text) for text in sys.argv[2:])

    def tensor(name, columns=None):
        values = numpy.fromfile(folder / name, dtype=numpy.float32)
        return values.reshape(-1, columns) if columns else values

    history = numpy.fromfile(folder / "history", dtype=numpy.int64)
    session = start_session(request_graph(tensor, len(history), hidden, blocks, max_length, k))
    # Input and outputs stay in place, which spares the copies of session.run().
    binding = session.io_binding()
    binding.bind_ortvalue_input("history", onnxruntime.OrtValue.ortvalue_from_numpy(history))
    for name in ("items", "scores"):
        binding.bind_output(name)
    session.run_with_iobinding(binding)
    for output in binding.copy_outputs_to_cpu():
        print(*output, flush=True)
    for _ in sys.stdin:
        start = time.thread_time()
        for _ in range(repetitions):
            session.run_with_iobinding(binding)
        print((time.thread_time() - start) * 1000 / repetitions, flush=True)


if __name__ == "__main__":
    main()
