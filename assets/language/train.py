"""Makes `letter_groups.bin`: how much each group of letters in a word speaks for another language than English. Needs
Python 3.11 with wordfreq 3, numpy and scipy; takes a minute.

    python3 assets/language/train.py assets/language/letter_groups.bin

A word is cut into all groups of one to five letters, with its two ends as letters, and itself; each falls into one of 2^17
buckets, and a bucket holds a weight. The sum of a word's weights is the logarithm of the odds that it is foreign. A word
that English texts use too counts as English in that share. One word in 33 is held out; the last line printed tells of those.
"""
import csv
import pathlib
import re
import sys
import tomllib

import numpy as np
import scipy.sparse as sparse
import wordfreq

HERE = pathlib.Path(__file__).parent
LANGUAGES = "de fr es it pt nl sv da nb fi pl cs sk hu ro sh sl tr id ms vi fil lt lv ca is".split()
BUCKETS, SCALE = 1 << 17, 48
WORDS, ENGLISH_WORDS = 25_000, 100_000  # most frequent words of each language that are learned
PRIOR = 30  # an English text is so many times likelier than one in another language
RARE = 3e-8  # how often English has a word that it has not
EPOCHS, BATCH, RATE = 6, 1024, 0.2
LATIN = re.compile(r"[a-zß-öø-ÿāăąćčďđēęěėģğīįıķłļľĺńňņőōœŕřśşšșťţțūůűųźżžơưạ-ỹ'-]{2,}")


def groups(word):
    word = f"<{word}>"
    found = {word}
    for size in range(1, 6):
        found.update(word[at : at + size] for at in range(len(word) - size + 1))
    return found - {"<", ">"}


def bucket(group):
    value = 0x811C9DC5
    for byte in group.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return (value ^ (value >> 15)) & (BUCKETS - 1)


def frequent(language, most):
    words = ((word.replace("’", "'"), share) for word, share in wordfreq.get_frequency_dict(language, "best").items())
    found = {}
    for word, share in words:
        if len(found) == most:
            break
        if LATIN.fullmatch(word):
            found[word] = max(share, found.get(word, 0))
    return found


def names():
    english = tomllib.loads((HERE / "english.toml").read_text())["neutral"].split()
    for word in english:
        yield word, 3
    for file in ("first_names_by_decade.csv", "surnames.csv"):
        for row in csv.reader((HERE / "../population" / file).open()):
            for cell in row:
                if re.fullmatch(r"[A-Z][a-z]+", cell):
                    yield cell.lower(), 0.7


def main():
    english = wordfreq.get_frequency_dict("en", "best")
    foreign = {}
    for language in LANGUAGES:
        for word, share in frequent(language, WORDS).items():
            foreign[word] = max(share, foreign.get(word, 0))
    words = list(dict.fromkeys([*foreign, *frequent("en", ENGLISH_WORDS)]))
    told, weight = [], []
    for word in words:
        here, there = english.get(word, 0), foreign.get(word, 0)
        told.append(there / (there + here * PRIOR + RARE))
        known = np.log10(max(here, there, 1e-8)) + 8
        weight.append(min(5, max(0.3, known)) * (4 if told[-1] < 0.5 else 1))
    for word, weighs in dict(names()).items():
        words.append(word)
        told.append(0.03)
        weight.append(weighs)
    told = np.array(told, np.float32)
    weight = np.array(weight, np.float32) / np.mean(weight)
    found = [sorted({bucket(group) for group in groups(word)}) for word in words]
    ends = np.cumsum([0, *map(len, found)])
    table = sparse.csr_matrix(
        (np.ones(ends[-1], np.float32), np.concatenate(found), ends), shape=(len(words), BUCKETS)
    )
    random = np.random.default_rng(1)
    held = random.random(len(words)) < 0.03
    learned = np.where(~held)[0]
    sums = np.zeros(BUCKETS, np.float32)
    past = np.full(BUCKETS, 1e-6, np.float32)
    for _ in range(EPOCHS):
        random.shuffle(learned)
        for start in range(0, len(learned), BATCH):
            batch = learned[start : start + BATCH]
            rows = table[batch]
            error = 1 / (1 + np.exp(-np.clip(rows @ sums, -30, 30))) - told[batch]
            slope = rows.T @ (error * weight[batch]) * (30 / len(batch))
            hit = np.unique(rows.indices)
            step = slope[hit] + 2e-4 * sums[hit]
            past[hit] += step * step
            sums[hit] -= RATE * step / np.sqrt(past[hit])
    packed = np.clip(np.round(sums * SCALE), -127, 127).astype(np.int8)
    pathlib.Path(sys.argv[1]).write_bytes(packed.tobytes())
    odds = table[np.where(held)[0]] @ (packed.astype(np.float32) / SCALE)
    sure = told[held]
    print("foreign words told", np.mean(odds[sure > 0.9] > 0), "English words mistaken", np.mean(odds[sure < 0.1] > 0))


main()
