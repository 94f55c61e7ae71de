"""Makes the model's files. Imports what is heavy: others call `ensure()`."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from .chats import CONTEXT_TOKENS, MAX_NEW_TOKENS
from .network import Shape
from .onnx_graph import onnx_model
from .store import WEIGHTS
from .tokenizer import END, PAD, START, Tokenizer, tokenizer_of_chats
from .training import train


def make(out: Path, tell: Callable[[str], None]) -> None:
    """Trains the model and puts its files into a folder, which isn't there before it is whole."""
    tokenizer = tokenizer_of_chats()
    shape, parameters = train(tokenizer, tell)
    configuration = _configuration(shape, tokenizer) | tokenizer.files(CONTEXT_TOKENS)
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        for name, content in configuration.items():
            (unfinished / name).write_text(json.dumps(content, indent=1, ensure_ascii=False))
        (unfinished / "onnx").mkdir()
        for dtype, name in WEIGHTS.items():
            data = onnx_model(shape, parameters, CONTEXT_TOKENS, four_bits=dtype == "q4")
            (unfinished / name).write_bytes(data)
        unfinished.chmod(0o755)
        shutil.rmtree(out, ignore_errors=True)
        unfinished.rename(out)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _configuration(shape: Shape, tokenizer: Tokenizer) -> dict[str, object]:
    tokens = {
        "bos_token_id": tokenizer.ids[START],
        "eos_token_id": tokenizer.ids[END],
        "pad_token_id": tokenizer.ids[PAD],
    }
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head,
        "hidden_act": "silu",
        "rms_norm_eps": shape.epsilon,
        "rope_theta": shape.rope_theta,
        "max_position_embeddings": CONTEXT_TOKENS,
        "tie_word_embeddings": False,
        "use_cache": True,
        **tokens,
    }
    generation = {"do_sample": False, "max_new_tokens": MAX_NEW_TOKENS, **tokens}
    return {"config.json": config, "generation_config.json": generation}
