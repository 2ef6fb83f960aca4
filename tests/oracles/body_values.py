"""Random values, as cases for encoders of bodies: the same ones in every run."""

import random
import string
from dataclasses import dataclass, field

LETTERS = string.ascii_letters + string.digits
SIGNS = "!\"#$%&'()*+,-./:;<=>?@\\^_`{|}~ "
# Names like `a@b.c` are masked in reports.
NAME_SIGNS = SIGNS.replace("@", "")
# Without U+0085, which most decoders of ISO-8859-1 take for the ellipsis of windows-1252.
OTHERS = "äöüßéñ€ŁŻ東京עִבрус£¥½\u00a0\u2028\u200d📚👩‍👧"
LATIN = "äöüßéñ£¥½\u00a0"
LOOK_ALIKES = [
    "",
    " ",
    "0",
    "7",
    "007",
    "-1",
    "1e3",
    "1.0",
    "true",
    "false",
    "null",
    "None",
    "{}",
    "[]",
    '{"a": 1}',
    '["a", "b"]',
    "[1]",
    "a,b",
    "a|b",
    "a b",
    "a+b",
    "100%",
    "%41",
    "%2C",
    "%zz",
    "a=b",
    "a&b=c",
    "&amp;",
    "a <b> c",
    "]]>",
    "--",
    "2024-03-02T10:15:00Z",
    "eyJhIjoxfQ==",
    "x" * 300,
]
BREAKS = ["\n", "\r\n", "\t", "\n\n", " \n "]


@dataclass
class Binary:
    """A file that is not text: contracts can only limit its length."""

    length: int


@dataclass
class Case:
    number: int
    # What the contract expects, and further keywords of schemas by path.
    value: object
    keywords: dict = field(default_factory=dict)
    # The leaf that the second contract expects to be another one.
    path: tuple = ()
    # A text that is in the body only at the start of this leaf.
    marker: str = ""
    # What the encoder needs besides the value.
    encoded: dict = field(default_factory=dict)
    # Further members of the media type object in the contract.
    media: dict = field(default_factory=dict)
    # The number of payloads in the body.
    payloads: int = 1


def leaves(value, path=()):
    """The paths of all leaves."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from leaves(member, (*path, key))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from leaves(element, (*path, index))
    else:
        yield path


def at(value, path):
    for step in path:
        value = value[step]
    return value


def put(value, path, leaf):
    at(value, path[:-1])[path[-1]] = leaf


class Values:
    """Random texts, names, numbers."""

    def __init__(self, seed, others=OTHERS, breaks=BREAKS, signs=SIGNS, look_alikes=LOOK_ALIKES):
        self.random = random.Random(seed)
        self.others = others
        self.breaks = breaks
        self.signs = signs
        self.look_alikes = look_alikes

    def text(self):
        choice = self.random.random()
        if choice < 0.3 and self.look_alikes:
            return self.random.choice(self.look_alikes)
        pools = [LETTERS, LETTERS, self.signs, self.others]
        if self.breaks:
            pools.append(self.breaks)
        length = self.random.choice([1, 2, 3, 5, 8, 13, 40])
        return "".join(self.random.choice(self.random.choice(pools)) for _ in range(length))

    def scalar(self, kinds=("text", "text", "text", "integer", "number", "boolean")):
        match self.random.choice(kinds):
            case "integer":
                return self.random.choice([0, 7, -3, 10**12, self.random.randrange(10**6)])
            case "number":
                return self.random.choice([0.5, -2.25, 1234.5, self.random.randrange(1000) + 0.125])
            case "boolean":
                return self.random.random() < 0.5
        return self.text()

    def list(self, kinds=("text", "text", "integer", "boolean"), least=1):
        kind = self.random.choice(kinds)
        return [self.scalar((kind,)) for _ in range(self.random.randint(least, 4))]

    def names(self, count, signs=NAME_SIGNS, others=OTHERS, breaks=()):
        """Different names, which have no brackets."""
        names = []
        while len(names) < count:
            pools = [LETTERS, LETTERS, LETTERS] + [pool for pool in (signs, others, breaks) if pool]
            length = self.random.choice([1, 2, 4, 9])
            name = "".join(self.random.choice(self.random.choice(pools)) for _ in range(length))
            if name.strip() and name not in names:
                names.append(name)
        return names

    def mark(self, number, value):
        """Chooses a leaf, and makes most texts and numbers unique. The path and the unique text."""

        def is_in_list(path):
            return any(isinstance(step, int) for step in path)

        # The elements of a list have one schema, so that a value there must be unique to be the only wrong one.
        usable = [
            path
            for path in leaves(value)
            if not is_in_list(path)
            or isinstance(at(value, path), (str, int, Binary))
            and not isinstance(at(value, path), bool)
        ]
        if not usable:
            return (), ""
        path = self.random.choice(usable)
        leaf = at(value, path)
        if isinstance(leaf, Binary) and is_in_list(path):
            # Files in a list have one schema, so that only the longest one can be the only wrong one.
            lengths = [binary.length for binary in at(value, path[:-1])]
            path = (*path[:-1], lengths.index(max(lengths)))
            if lengths.count(max(lengths)) > 1:
                return (), ""
        if isinstance(leaf, str) and (is_in_list(path) or self.random.random() < 0.6):
            put(value, path, f"Zq{number}Z{leaf}")
            return path, f"Zq{number}Z"
        if isinstance(leaf, int) and not isinstance(leaf, bool):
            put(value, path, 9_876_540_000 + number)
            return path, str(9_876_540_000 + number)
        return path, ""


def forms(count, seed, kind, name_signs=NAME_SIGNS, name_breaks=BREAKS, others=OTHERS):
    """Cases for `application/x-www-form-urlencoded`. Kinds: flat, nested, joined (lists in one text)."""
    for number in range(count):
        look_alikes = [text for text in LOOK_ALIKES if "," not in text] if kind == "joined" else LOOK_ALIKES
        signs = SIGNS.replace(",", "") if kind == "joined" else SIGNS
        values = Values(f"{seed} {number}", signs=signs, look_alikes=look_alikes)
        value, keywords, encoding = {}, {}, {}
        breaks = name_breaks if kind == "flat" else ()
        names = values.names(values.random.randint(1, 5), name_signs, others, breaks)
        for name in names:
            choice = values.random.random()
            if choice < 0.5:
                value[name] = values.scalar()
            elif choice < 0.8 or kind != "nested":
                value[name] = values.list(least=2 if kind == "joined" else 1)
                if kind == "joined":
                    # Text with a separator cannot be told from two texts.
                    encoding[name] = {"style": "form", "explode": False}
            else:
                value[name] = nested(values, 0)
        path, marker = values.mark(number, value)
        yield Case(number, value, keywords, path, marker, media={"encoding": encoding} if encoding else {})


def nested(values, depth):
    """An object in a form; arrays of objects below it."""
    value = {}
    for name in values.names(values.random.randint(1, 3), signs="-_:", others="äé東"):
        choice = values.random.random()
        if choice < 0.6 or depth == 2:
            value[name] = values.scalar()
        elif choice < 0.75:
            value[name] = values.list()
        elif choice < 0.9:
            value[name] = nested(values, depth + 1)
        else:
            keys = values.names(2, signs="", others="")
            value[name] = [{key: values.text() for key in keys} for _ in range(values.random.randint(1, 3))]
    return value


def multiparts(
    count,
    seed,
    name_signs=NAME_SIGNS,
    breaks=BREAKS,
    name_breaks=("\r\n",),
    name_others=OTHERS,
    file_breaks=("\r\n",),
    file_signs=SIGNS,
    odd_names='"\\%;\n',
):
    """Cases for `multipart/form-data`: `parts` lists the parts in order."""
    for number in range(count):
        values = Values(f"{seed} {number}", breaks=breaks)
        value, parts = {}, []

        def file_name():
            names = values.names(1, file_signs, OTHERS, file_breaks)
            return values.random.choice([names[0], "report.txt", "C:\\fakepath\\a.txt" if "\\" in file_signs else "a"])

        # These are written in several ways, so that each has cases of its own.
        odd = odd_names[number // 4 % len(odd_names)] if odd_names and number % 4 == 0 else ""
        signs = "".join(sign for sign in name_signs if sign not in '"\\%;' or sign == odd)
        count_of_parts = 0 if number % 50 == 25 else values.random.randint(1, 5)
        for name in values.names(count_of_parts, signs, name_others, name_breaks if odd == "\n" else ()):
            kind = values.random.choice(
                ["text", "text", "texts", "file", "files", "binary", "binaries", "json", "number"]
            )
            times = values.random.randint(1, 3) if kind in ("texts", "files", "binaries") else 1
            found = []
            for _ in range(times):
                index = len(found)
                part = {"name": name, "kind": kind, "path": [name, index] if kind.endswith("s") and times else [name]}
                match kind:
                    case "text" | "texts":
                        found.append(values.text())
                    case "number":
                        found.append(values.scalar(("integer", "number", "boolean")))
                    case "file" | "files":
                        found.append(values.text())
                        part["type"] = values.random.choice(["text/plain", "text/csv", "application/octet-stream"])
                        part["file"] = file_name()
                    case "binary" | "binaries":
                        length = values.random.choice([1, 2, 17, 300])
                        found.append(Binary(length))
                        part["type"] = values.random.choice(["image/png", "application/octet-stream"])
                        part["file"] = file_name()
                        content = bytes(
                            values.random.choice([0xFF, 0xFE, 0x0A, 0x0D, 0x2D, 0x00]) for _ in range(length - 1)
                        )
                        part["content"] = "ff" + content.hex()
                    case "json":
                        found.append({"a": values.scalar(), "b c": values.list(), "d": {"e": values.text()}})
                        part["type"] = "application/json"
                        part["file"] = values.random.choice([None, "a.json"])
                parts.append(part)
            value[name] = found if kind.endswith("s") else found[0]
        path, marker = values.mark(number, value) if value else ((), "")
        for part in parts:
            if part["kind"] == "json" and list(path[:1]) == part["path"] and isinstance(at(value, path), str):
                marker = marker and f'"{marker}'
        for part in parts:
            part["value"] = at(value, part["path"])
            if isinstance(part["value"], Binary):
                part["value"] = None
        keywords = {}
        if number % 3 == 0:
            keywords = {(name,): {"format": "binary"} for name, leaf in value.items() if isinstance(leaf, Binary)}
        yield Case(number, value, keywords, path, marker, {"parts": parts})


class XmlCase:
    """Builds a value, its schema keywords, and the tree of elements that a mapper writes for it."""

    def __init__(self, values, can, number):
        self.values = values
        # In some encodings, names cannot have all letters.
        self.starts = ["a", "item", "x.y", "long-name", "_u", "Z"] + (["größe", "é"] if number % 8 in (0, 1, 2) else [])
        self.can = can
        self.random = values.random
        self.keywords = {}
        self.used = 0

    def name(self):
        self.used += 1
        return f"{self.random.choice(self.starts)}{self.used}"

    def xml(self, path, **xml):
        self.keywords.setdefault(path, {}).setdefault("xml", {}).update(xml)

    def element(self, path, name):
        """The tag of an element, with its namespace, and whether the contract names it so."""
        tag = name
        if self.random.random() < 0.2:
            tag = self.name()
            self.xml(path, name=tag)
        space = ""
        if "namespaces" in self.can and self.random.random() < 0.2:
            space = "urn:example:one"
            self.xml(path, namespace=space, prefix="one")
        return {"tag": tag, "space": space, "attributes": [], "children": [], "text": None, "path": path}

    def object(self, path, name, depth):
        node = self.element(path, name)
        value = {}
        for _ in range(self.random.randint(1, 4)):
            name = self.name()
            below = (*path, name)
            choice = self.random.random()
            if choice < 0.2 and "attributes" in self.can:
                value[name] = self.values.scalar()
                written = name
                if self.random.random() < 0.3:
                    written = self.name()
                    self.xml(below, name=written)
                self.xml(below, **self.random.choice([{"attribute": True}, {"nodeType": "attribute"}]))
                node["attributes"].append({"name": written, "path": below})
            elif choice < 0.55 or depth == 2:
                value[name] = self.values.scalar()
                child = self.element(below, name)
                child["text"] = below
                child["cdata"] = "cdata" in self.can and self.random.random() < 0.3
                node["children"].append(child)
            elif choice < 0.7:
                value[name], child = self.object(below, name, depth + 1)
                node["children"].append(child)
            else:
                value[name] = self.array(below, name, node, depth)
        return value, node

    def array(self, path, name, node, depth):
        is_wrapped = "unwrapped" not in self.can or self.random.random() < 0.5
        count = self.random.randint(1, 3)
        item = "item" if "named items" in self.can else self.name()
        target = node
        if is_wrapped:
            target = self.element(path, name)
            self.xml(path, **self.random.choice([{"wrapped": True}, {"nodeType": "element"}]))
            node["children"].append(target)
        else:
            # The elements are called like the property, unless the items have a name.
            item = self.random.choice([name, item])
        objects = depth < 2 and self.random.random() < 0.3
        # dicttoxml writes `True` in lists.
        kind = self.random.choice(["text", "text", "integer"] + ["boolean"] * ("named items" not in self.can))
        value = []
        for index in range(count):
            below = (*path, index)
            child = {"tag": item, "space": "", "attributes": [], "children": [], "text": below, "path": below}
            if objects:
                one = self.name() if index == 0 else next(iter(value[0]))
                value.append({one: self.values.text()})
                leaf = {
                    "tag": one,
                    "space": "",
                    "attributes": [],
                    "children": [],
                    "text": (*below, one),
                    "path": (*below, one),
                }
                child["text"] = None
                child["children"] = [leaf]
            else:
                value.append(self.values.scalar((kind,)))
            if item != name or is_wrapped:
                self.xml(below, name=item)
            target["children"].append(child)
        return value


def documents(count, seed, can, breaks=BREAKS):
    """Cases for `application/xml`: `tree` is the document, whose texts and attributes refer to the value."""
    for number in range(count):
        values = Values(f"{seed} {number}", breaks=breaks)
        case = XmlCase(values, can, number)
        value, tree = case.object((), "order", 0)
        if "xml" in case.keywords.get((), {}):
            case.keywords[()]["xml"].setdefault("name", tree["tag"])
        path, marker = values.mark(number, value)

        def fill(node):
            if node["text"] is not None:
                node["text"] = at(value, node["text"])
            for attribute in node["attributes"]:
                attribute["value"] = at(value, attribute["path"])
            for child in node["children"]:
                fill(child)

        fill(tree)
        encoded = {"tree": tree, "seed": number}
        yield Case(number, value, case.keywords, path, marker, encoded)


def sequences(count, seed):
    """Cases for sequences of JSON: `items` lists the payloads, which differ in their leaves only."""
    for number in range(count):
        values = Values(f"{seed} {number}")
        names = values.names(3, breaks=BREAKS)
        times = values.random.randint(1, 4)
        lengths = values.random.randint(1, 3)
        items = [
            {
                names[0]: values.text(),
                names[1]: values.scalar(("integer",)),
                names[2]: {"list": [values.text() for _ in range(lengths)], "is": True},
            }
            for _ in range(times)
        ]
        index = values.random.randrange(times)
        path = values.random.choice([(names[0],), (names[1],), (names[2], "list", 0)])
        if isinstance(at(items[index], path), str):
            put(items[index], path, f"Zq{number}Z{at(items[index], path)}")
            marker = f'"Zq{number}Z'
        else:
            put(items[index], path, 9_876_540_000 + number)
            marker = str(9_876_540_000 + number)
        encoded = {"items": items, "index": index}
        yield Case(number, None, {}, path, marker, encoded, payloads=times)
