"""Write a language model of 32 million random weights: `python make_model.py FOLDER`.

Run by the interpreter of vLLM's own environment. Such a model says gibberish, but it costs what a
model of its size costs: attention over a long prompt takes most of a second on one core, and next
to nothing when the prompt's keys and values are cached. That is all that routing is about.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import torch  # type: ignore[import-not-found]
from tokenizers import (  # type: ignore[import-not-found]
    Tokenizer,
    decoders,
    models,
    pre_tokenizers,
    trainers,
)
from transformers import (  # type: ignore[import-not-found]
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

VOCABULARY = 8192
TEXTS = 120
"""Modules of the standard library that the tokenizer learns from."""
END, BEGIN_TURN, END_TURN = SPECIAL = ["<|end|>", "<|turn|>", "<|turned|>"]
CHAT = (
    "{% for message in messages %}"
    "<|turn|>{{ message['role'] }}\n{{ message['content'] }}<|turned|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}"
)


def tokenizer() -> PreTrainedTokenizerFast:
    """Return a byte-level tokenizer: every text can be said, common words are one token."""
    bare = Tokenizer(models.BPE())
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    library = Path(sysconfig.get_path("stdlib"))
    bare.train(
        [str(path) for path in sorted(library.glob("*.py"))[:TEXTS]],
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            special_tokens=SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=bare, eos_token=END, pad_token=END, chat_template=CHAT
    )


def model(vocabulary: int) -> Qwen3ForCausalLM:
    """Return the model; its weights are the same each time."""
    torch.manual_seed(7)
    config = Qwen3Config(
        vocab_size=vocabulary,
        hidden_size=512,
        intermediate_size=1536,
        num_hidden_layers=8,
        num_attention_heads=8,
        num_key_value_heads=2,
        head_dim=64,
        max_position_embeddings=8192,
        tie_word_embeddings=True,
    )
    return Qwen3ForCausalLM(config).to(torch.bfloat16)


def main(folder: str) -> None:
    """Write both, and say how large the model is."""
    words = tokenizer()
    words.save_pretrained(folder)
    made = model(len(words))
    made.save_pretrained(folder)
    print(f"{made.num_parameters() / 1e6:.0f} million parameters, {len(words)} tokens")


if __name__ == "__main__":
    main(sys.argv[1])
