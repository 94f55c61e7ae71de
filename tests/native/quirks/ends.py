"""How an answer is cut off, and how servers say that they failed."""

import json

from .words import CUT, DONE, PART, PARTS, STOP, Quirk, delta, event, said

CUTS = (
    *(
        Quirk(
            f"finish_reason {reason!r}",
            who,
            [*said(*PARTS), event(delta(finish=reason)), DONE],
            PART,
            "handed on",
        )
        for reason, who in (
            ("abort", "vLLM, SGLang"),
            ("error", "several"),
            ("load", "Ollama"),
            ("content_filter", "several"),
            ("insufficient_system_resource", "a reason that nobody heard of"),
        )
    ),
    Quirk(
        'finish_reason "" in every chunk, then the end', "Ollama", said(*PARTS, finish=""), PART, "handed on"
    ),
    Quirk(
        'finish_reason "" in every chunk, then [DONE]',
        "Ollama",
        [*said(*PARTS, finish=""), DONE],
        PART,
        "handed on",
    ),
    Quirk(
        'finish_reason "" in every chunk, then "stop"',
        "Ollama",
        [*said(*PARTS, finish=""), STOP, DONE],
        PART,
        "stop",
    ),
    Quirk("no reason before [DONE]", "several", [*said(*PARTS), DONE], PART, "handed on"),
    Quirk("no reason before the end", "several", said(*PARTS), PART, "handed on"),
    Quirk("a connection that breaks", "any", [*said(*PARTS), CUT], PART, "handed on"),
    Quirk(
        "finish_reason 'length'", "any", [*said(*PARTS), event(delta(finish="length")), DONE], PART, "length"
    ),
    Quirk(
        "finish_reason 'max_tokens'",
        "some",
        [*said(*PARTS), event(delta(finish="max_tokens")), DONE],
        PART,
        "length",
    ),
    Quirk(
        "finish_reason 'MAX_TOKENS'",
        "Cohere's and Gemini's names in a proxy",
        [*said(*PARTS), event(delta(finish="MAX_TOKENS")), DONE],
        PART,
        "length",
    ),
    *(
        Quirk(
            f"finish_reason {reason!r}",
            "Cohere's and Gemini's names in a proxy",
            [*said(*PARTS), event(delta(finish=reason)), DONE],
            PART,
            "stop",
        )
        for reason in ("STOP", "COMPLETE")
    ),
    Quirk("finish_reason 'eos'", "some", [*said(*PARTS), event(delta(finish="eos")), DONE], PART, "stop"),
    Quirk("finish_reason in the last word's chunk", "many", [*said(PART, finish="stop"), DONE], PART, "stop"),
)

ERRORS = (
    Quirk(
        '{"object": "error"} in a 200',
        "FastChat, older vLLM and SGLang",
        [event({"object": "error", "message": "CUDA out of memory", "code": 50002}), DONE],
        "",
        "handed on",
    ),
    Quirk(
        '{"object": "error"} in the middle',
        "FastChat, older vLLM and SGLang",
        [*said(*PARTS), event({"object": "error", "message": "boom", "code": 50001}), DONE],
        PART,
        "handed on",
    ),
    Quirk(
        "error_code in the middle",
        "FastChat",
        [*said(*PARTS), event({"text": "NETWORK ERROR", "error_code": 50004}), DONE],
        PART,
        "handed on",
    ),
    Quirk(
        '{"error": {…}} in the middle',
        "llama.cpp, Ollama",
        [*said(*PARTS), event({"error": {"message": "model runner has unexpectedly stopped"}})],
        PART,
        "handed on",
    ),
    Quirk(
        "event: error, then a reason",
        "servers that name their events",
        [*said(*PARTS), b'event: error\ndata: {"message":"boom","type":"server_error"}\n\n', STOP, DONE],
        PART,
        "handed on",
    ),
    Quirk(
        "events that have names",
        "servers that name their events",
        [*(b"event: message\n" + chunk for chunk in said(*PARTS)), STOP, DONE],
        PART,
        "stop",
    ),
    Quirk(
        '{"error": {…}} as the body of a 200',
        "proxies",
        [json.dumps({"error": {"message": "overloaded", "code": 502}}).encode()],
        "",
        "handed on",
        content_type="application/json",
    ),
    Quirk(
        "an error: line, then [DONE]",
        "older llama.cpp",
        [*said(*PARTS), b'error: {"code":500,"message":"slot unavailable","type":"server_error"}\n\n', DONE],
        PART,
        "handed on",
    ),
    Quirk(
        "an error: line that is no JSON, then a reason",
        "older llama.cpp",
        [*said(*PARTS), b"error: boom\n\n", STOP, DONE],
        PART,
        "handed on",
    ),
)
