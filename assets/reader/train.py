"""Training of the reader's meaning: fine-tunes the last two layers of all-MiniLM-L6-v2, with three heads, on the labelled
clauses beside this file. Needs Python 3.11 with numpy, jax, optax and tokenizers; takes fifteen minutes on two cores.

    python3 assets/reader/train.py MODEL_FOLDER trained.safetensors
    cargo run --release -p demoscope-encoder --example pack -- trained.safetensors assets/reader/meaning.bin valence theme veto

MODEL_FOLDER holds `model.safetensors` and `vocab.txt` as the model's authors publish them. One block of twelve lines in
seven is held out; the last line printed holds the figures for it.
"""
import json
import pathlib
import random
import struct
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
from tokenizers import BertWordPieceTokenizer

FOLDER = pathlib.Path(sys.argv[1])
OUT = pathlib.Path(sys.argv[2])
CLAUSES = pathlib.Path(__file__).parent / "clauses.tsv"

LAYERS, OWN = 6, 2  # layers of the model, and how many of them are trained
TOKENS = 32  # tokens of a clause that are read in training
CHUNK, BATCH, EPOCHS = 8, 32, 6
BODY_RATE, HEAD_RATE = 2.5e-4, 1e-3
GOOD = (
    "saving convenience speed quality reliability results health novelty trust choice care fun status sustainability"
    " safety privacy"
).split()
BAD = (
    "price commitment privacy_risk complexity effort waiting risk vagueness pressure unreliability poorness annoyance"
    " neglect waste exclusion"
).split()
THEMES = ["none", *GOOD, *BAD]
VETOES = "- harm fraud quackery crime exploitation impossible".split()
HEADS = {"valence": 1, "theme": len(THEMES), "veto": len(VETOES)}
OWN_LAYERS = range(LAYERS - OWN, LAYERS)


def load(path):
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    tensors = {}
    for name, about in header.items():
        if about.get("dtype") == "F32":
            start, end = about["data_offsets"]
            part = np.frombuffer(raw[8 + length + start : 8 + length + end], np.float32)
            tensors[name] = jnp.array(part.reshape(about["shape"]))
    return tensors


def save(path, tensors):
    header, body, at = {}, [], 0
    for name in sorted(tensors):
        part = np.asarray(tensors[name], np.float32)
        end = at + part.nbytes
        header[name] = {"dtype": "F32", "shape": list(part.shape), "data_offsets": [at, end]}
        at = end
        body.append(part.tobytes())
    head = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(head)) + head + b"".join(body))


BASE = load(FOLDER / "model.safetensors")
TOKENIZER = BertWordPieceTokenizer(str(FOLDER / "vocab.txt"), lowercase=True)


def rows():
    lines = CLAUSES.read_text(encoding="utf8").splitlines()[1:]
    parts = [line.split("\t") for line in lines]
    return [
        (clause, THEMES.index(theme), float(valence), VETOES.index(veto), place // 12)
        for place, (clause, theme, valence, veto) in enumerate(parts)
    ]


def encode(texts):
    ids = np.zeros((len(texts), TOKENS), np.int32)
    mask = np.zeros((len(texts), TOKENS), np.float32)
    for place, encoded in enumerate(TOKENIZER.encode_batch(texts)):
        tokens = encoded.ids[:TOKENS]
        ids[place, : len(tokens)] = tokens
        mask[place, : len(tokens)] = 1
    return ids, mask


def norm(x, p, name):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / jnp.sqrt(variance + 1e-12) * p[name + ".weight"] + p[name + ".bias"]


def linear(x, p, name):
    return x @ p[name + ".weight"].T + p[name + ".bias"]


def drop(x, key, rate=0.1):
    return x if key is None else x * jax.random.bernoulli(key, 1 - rate, x.shape) / (1 - rate)


def layer(x, mask, p, number, key=None):
    name = f"encoder.layer.{number}."
    batch, tokens, width = x.shape
    split = lambda y: y.reshape(batch, tokens, 12, 32).transpose(0, 2, 1, 3)
    query, keys, value = (
        split(linear(x, p, name + "attention.self." + part)) for part in ("query", "key", "value")
    )
    hidden = (mask[:, None, None, :] - 1) * 1e9
    weights = jax.nn.softmax(query @ keys.transpose(0, 1, 3, 2) / np.sqrt(32) + hidden, -1)
    joined = (weights @ value).transpose(0, 2, 1, 3).reshape(batch, tokens, width)
    one, two = (None, None) if key is None else jax.random.split(key)
    attended = drop(linear(joined, p, name + "attention.output.dense"), one)
    x = norm(x + attended, p, name + "attention.output.LayerNorm")
    wide = jax.nn.gelu(linear(x, p, name + "intermediate.dense"), approximate=False)
    return norm(x + drop(linear(wide, p, name + "output.dense"), two), p, name + "output.LayerNorm")


@jax.jit
def shared(ids, mask):
    x = BASE["embeddings.word_embeddings.weight"][ids]
    x += BASE["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = norm(x + BASE["embeddings.token_type_embeddings.weight"][0], BASE, "embeddings.LayerNorm")
    for number in range(LAYERS - OWN):
        x = layer(x, mask, BASE, number)
    return x


def heads(x, mask, p, key=None):
    for number in OWN_LAYERS:
        part = None
        if key is not None:
            key, part = jax.random.split(key)
        x = layer(x, mask, p, number, part)
    mean = (x * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
    if key is not None:
        mean = drop(mean, jax.random.split(key)[0])
    return linear(mean, p, "valence")[:, 0], linear(mean, p, "theme"), linear(mean, p, "veto")


def entropy(logits, labels):
    soft = optax.smooth_labels(jax.nn.one_hot(labels, logits.shape[-1]), 0.06)
    return optax.softmax_cross_entropy(logits, soft).mean()


def loss(p, x, mask, theme, valence, veto, key):
    value, themes, vetoes = heads(x, mask, p, key)
    level = optax.huber_loss(value, valence / 3, delta=0.5).mean()
    # Neighbours are often contrasts of one fact: their order matters as much as their level.
    ours, theirs = value.reshape(-1, CHUNK), valence.reshape(-1, CHUNK) / 3
    gap = ours[:, :, None] - ours[:, None, :]
    wanted = theirs[:, :, None] - theirs[:, None, :]
    far = (wanted > 0.3).astype(jnp.float32)
    order = (jax.nn.softplus(6 * (0.8 * wanted - gap)) / 6 * far).sum() / (far.sum() + 1)
    return 4 * level + 2 * order + 0.5 * entropy(themes, theme) + 0.7 * entropy(vetoes, veto)


def prepared(part):
    ids, mask = encode([row[0] for row in part])
    x = [np.asarray(shared(ids[at : at + 64], mask[at : at + 64])) for at in range(0, len(part), 64)]
    columns = (np.array([row[place] for row in part]) for place in (1, 2, 3))
    theme, valence, veto = columns
    return np.concatenate(x), mask, theme, valence.astype(np.float32), veto


def figures(predict, p, held):
    parts = [predict(p, held[0][at : at + 64], held[1][at : at + 64]) for at in range(0, len(held[2]), 64)]
    value, themes, vetoes = (np.concatenate([np.asarray(part[at]) for part in parts]) for at in range(3))
    clear = np.abs(held[3]) >= 2
    sign = ((value > 0) == (held[3] > 0))[clear].mean()
    chance = 1 - np.exp(vetoes[:, 0]) / np.exp(vetoes).sum(1)
    bad = held[4] > 0
    return (
        f"correlation {np.corrcoef(value, held[3])[0, 1]:.3f}, sign of clear clauses {sign:.3f},"
        f" theme {(themes.argmax(1) == held[2]).mean():.3f}, vetoes found {(chance > 0.5)[bad].mean():.3f},"
        f" false {(chance > 0.5)[~bad].mean():.4f}"
    )


def main():
    every = rows()
    blocks = sorted({row[4] for row in every})
    random.Random(1).shuffle(blocks)
    out = set(blocks[: len(blocks) // 7])
    train = prepared([row for row in every if row[4] not in out])
    held = prepared([row for row in every if row[4] in out])
    draw = np.random.default_rng(0)
    p = {k: v for k, v in BASE.items() if any(k.startswith(f"encoder.layer.{n}.") for n in OWN_LAYERS)}
    for name, outputs in HEADS.items():
        p[name + ".weight"] = jnp.array(draw.normal(0, 0.02, (outputs, 384)), jnp.float32)
        p[name + ".bias"] = jnp.zeros(outputs)
    count = len(train[2])
    steps = EPOCHS * (count // BATCH)
    rate = optax.warmup_cosine_decay_schedule(0, 1, steps // 10, steps, 0.02)
    kinds = {k: "head" if k.split(".")[0] in HEADS else "body" for k in p}
    adam = lambda base: optax.adamw(lambda step: base * rate(step), weight_decay=0.01)
    optimiser = optax.multi_transform({"head": adam(HEAD_RATE), "body": adam(BODY_RATE)}, kinds)
    state = optimiser.init(p)

    @jax.jit
    def step(p, state, batch, key):
        value, gradient = jax.value_and_grad(loss)(p, *batch, key)
        update, state = optimiser.update(gradient, state, p)
        return optax.apply_updates(p, update), state, value

    predict = jax.jit(lambda p, x, mask: heads(x, mask, p))
    key = jax.random.PRNGKey(0)
    for epoch in range(EPOCHS):
        offset = draw.integers(CHUNK)
        chunks = draw.permutation((count - offset) // CHUNK)
        order = (offset + CHUNK * chunks[:, None] + np.arange(CHUNK)).reshape(-1)
        for at in range(0, len(order) - BATCH + 1, BATCH):
            key, part = jax.random.split(key)
            chosen = order[at : at + BATCH]
            p, state, value = step(p, state, tuple(column[chosen] for column in train), part)
        print(f"epoch {epoch + 1}: loss {float(value):.3f}, {figures(predict, p, held)}", flush=True)
    save(OUT, p)


main()
