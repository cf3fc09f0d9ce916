"""Keys that the golden pairs name, each made when it is first needed by `demoscope keys create`, or derived from `{key}`."""

import json
import subprocess

# The folder `listener` is about what belongs to no contract; its keys are our own.
DIALECTS = {"listener": "demoscope"}
DOORS = {"instantfocus_key": "instantfocus", "refynd_key": "refynd", "ds_key": "demoscope"}


def key_options(given):
    """The options of `keys create` for those words of `given` that a key can make true."""
    options = []
    for word in given:
        name, _, value = word.partition(":")
        if name == "cap":
            options += ["--cap", value]
        elif name == "cap_usd":
            options += ["--cap-usd", value]
        elif name == "rate":
            options += ["--rate", value]
        elif name == "allow_private":
            options += ["--allow-private"]
        elif name == "engine":
            options += ["--engine", value.replace(":", "-")]
        elif word == "fault:internal":
            options += ["--engine", "broken"]
    return options


class Keys:
    """The keys of one run, by name."""

    def __init__(self, program, door, options):
        self.program, self.door, self.options = program, DIALECTS.get(door, door), options
        self.made = {}

    def __getitem__(self, name):
        if name not in self.made:
            self.made[name] = self._make(name)
        return self.made[name]

    def get(self, name, otherwise):
        """A key by its name, or something else where no key is called so."""
        is_key = name == "key" or name.endswith("_key")
        return self[name] if is_key else otherwise

    def _make(self, name):
        if name == "key":
            return self._create(self.door, self.options)["key"]
        if name == "other_key":
            return self._create(self.door, [])["key"]
        if name == "read_key":
            return self._create(self.door, ["--scope", "read"])["key"]
        if name == "revoked_key":
            made = self._create(self.door, [])
            self._demoscope("keys", "revoke", made["id"])
            return made["key"]
        if name in DOORS:
            return self._create(DOORS[name], [])["key"]
        return self._derive(name, self["key"])

    @staticmethod
    def _derive(name, key):
        """Keys that were never made: of the right form, changed, short, in capitals."""
        other = "1" if key[-1] != "1" else "2"
        middle = key[:-12] + key[-12:-6][::-1] + key[-6:]
        forms = {
            "unknown_key": middle if middle != key else key[:-2] + other * 2,
            "broken_key": key[:-1] + other,
            "short_key": key[:-1],
            "upper_key": key.upper(),
        }
        return forms[name]

    def _create(self, door, options):
        return json.loads(self._demoscope("keys", "create", "--dialect", door, "--json", *options))

    def _demoscope(self, *arguments):
        ended = subprocess.run([self.program, *arguments], capture_output=True, text=True, check=False)
        if ended.returncode != 0:
            raise ValueError(f"demoscope {' '.join(arguments)}: {ended.stderr.strip()}")
        return ended.stdout
