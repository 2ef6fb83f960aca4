"""The logic that needs no wiredrift: places, frames, names, contracts and options."""

import json
import os
import tempfile
import unittest
from pathlib import Path

import support  # noqa: F401 - finds the package
from wiredrift_spark import contract, folders, frames, names, options, places, rows
from wiredrift_spark.errors import CheckFailed
from wiredrift_spark.frames import Frame
from wiredrift_spark.names import Input
from wiredrift_spark.places import Count, Key, Place

TEXTS = {
    "LF": b"a\nb\nc\n",
    "CR LF": b"a\r\nb\r\n",
    "no last line feed": b"a\nb",
    "blank lines": b"\n \t\r\na\n\n\nb\n",
    "several bytes for a character": "ä\n🐕\nß\n".encode(),
    "empty": b"",
    "carriage returns": b"a\rb\nc\r\r\n",
}


def spark_lines(text: bytes):
    """The lines of a text as Spark reads them: a line feed at the end starts no line."""
    return text[:-1].split(b"\n") if text.endswith(b"\n") else text.split(b"\n") if text else []


class Places(unittest.TestCase):
    def test_starts_are_the_same_for_all_splits(self):
        for name, text in TEXTS.items():
            lines = spark_lines(text)
            for cut in range(len(lines) + 1):
                with self.subTest(name, cut=cut):
                    blocks = {0: lines[:cut], 7: lines[cut:]}
                    counts = {}
                    for block, part in blocks.items():
                        if part:
                            counter = rows.Counter()
                            counter.read([support.Batch([(line, "f", block, block) for line in part])])
                            counts.update(counter.counts)
                    found = places.starts(counts, {"f": len(text)})
                    for key, place in found.items():
                        before = lines[: 0 if key.block == 0 else cut]
                        data = b"".join(line + b"\n" for line in before)
                        entries = sum(1 for line in before if line.strip())
                        self.assertEqual(place, Place(len(before) + 1, len(data), entries))

    def test_files_and_partitions_are_apart(self):
        counts = {
            Key("b", 0, 0): Count(1, 1, 10),
            Key("a", 100, 2): Count(4, 3, 40),
            Key("a", 0, 5): Count(2, 1, 20),
            Key("a", 100, 3): Count(1, 1, 5),
        }
        found = places.starts(counts)
        self.assertEqual(found[Key("a", 0, 5)], Place(1, 0, 0))
        self.assertEqual(found[Key("a", 100, 2)], Place(3, 20, 1))
        self.assertEqual(found[Key("a", 100, 3)], Place(7, 60, 4))
        self.assertEqual(found[Key("b", 0, 0)], Place(1, 0, 0))

    def test_a_removed_byte_order_mark_shows_in_the_size(self):
        count = {Key("f", 0, 0): Count(2, 2, 20)}
        for size, byte in ((20, 0), (19, 0), (23, 3), (22, 3)):
            self.assertEqual(places.starts(count, {"f": size})[Key("f", 0, 0)].byte, byte, size)


class Frames(unittest.TestCase):
    def test_a_frame_is_a_header_and_data(self):
        data = b"".join(Frame("a\n\u00e4.ndjson", b"{}\n", Place(3, 40, 2), "ndjson").chunks())
        header, rest = data.split(b"\n", 1)
        at = {"line": 3, "byte": 40, "entries": 2}
        self.assertEqual(json.loads(header), {"file": "a\nä.ndjson", "bytes": 3, "at": at, "format": "ndjson"})
        self.assertEqual(rest, b"{}\n\n")

    def test_a_problem_has_no_data(self):
        data = b"".join(Frame("a", problem="gone").chunks())
        self.assertEqual(json.loads(data), {"file": "a", "bytes": 0, "problem": "gone"})
        self.assertEqual(data.count(b"\n"), 1)

    def test_hidden_files_have_no_data_and_found_ones_do(self):
        data = b"".join(Frame(".a", hidden=True).chunks())
        self.assertEqual(json.loads(data), {"file": ".a", "bytes": 0, "hidden": True})
        self.assertEqual(data.count(b"\n"), 1)
        header, rest = b"".join(Frame("a", b"{}", found=True).chunks()).split(b"\n", 1)
        self.assertEqual(json.loads(header), {"file": "a", "bytes": 2, "found": True})
        self.assertEqual(rest, b"{}\n")

    def test_batches_have_at_most_this_many_bytes(self):
        sizes = [3, 3, 5, 20, 1]
        found = frames.batches((Frame(str(size), b"x" * size) for size in sizes), 8)
        self.assertEqual([[len(frame.data) for frame in batch] for batch in found], [[3, 3], [5], [20], [1]])

    def test_halves_end_at_single_lines_with_their_places(self):
        for name, text in TEXTS.items():
            if not text:
                continue
            with self.subTest(name):
                start = Place(11, 100, 5)
                todo, alone = [[Frame("f", text, start)]], []
                while todo:
                    one = todo.pop()
                    pieces = frames.halves(one)
                    if pieces is None:
                        alone += one
                    else:
                        todo += reversed(pieces)
                self.assertEqual(b"".join(frame.data for frame in alone), text)
                self.assertEqual([frame.data.rstrip(b"\n") for frame in alone], spark_lines(text))
                place = start
                for frame in alone:
                    self.assertEqual(frame.at, place)
                    place = place.after(frame.data[:-1])

    def test_whole_files_are_not_split(self):
        self.assertIsNone(frames.halves([Frame("f", b"a\nb\n")]))
        self.assertIsNone(frames.halves([]))


class Rows(unittest.TestCase):
    def test_rows_of_several_keys_may_be_mixed(self):
        table = [(b"1", "a", 0, 0), (b"x", "b", 0, 0), (b"2", "a", 0, 0), (None, "b", 0, 0), (b"y\nz", "b", 0, 0)]
        counter = rows.Counter()
        counter.read([support.Batch(table[:2]), support.Batch(table[2:])])
        starts = places.starts(counter.counts)
        found = list(rows.line_frames([support.Batch(table)], starts, counter.counts, lambda _: "ndjson", str.upper))
        self.assertEqual(
            [(frame.file, frame.data, frame.at) for frame in found],
            [
                ("A", b"1\n", Place(1, 0, 0)),
                ("B", b"x\n", Place(1, 0, 0)),
                ("A", b"2\n", Place(2, 2, 1)),
                ("B", b"\ny\rz\n", Place(2, 2, 1)),
            ],
        )

    def test_other_rows_than_those_counted_are_an_error(self):
        key = Key("a", 0, 0)
        batch = support.Batch([(b"1", *key)])
        found = rows.line_frames([batch], {key: places.START}, {key: Count(2, 2, 4)}, lambda _: "ndjson", str)
        with self.assertRaisesRegex(CheckFailed, "found 2 lines .* second one 1 lines"):
            list(found)

    def test_entries_that_are_no_lines_of_their_own_format_get_a_frame_each(self):
        key = Key("a", 0, 0)
        counter = rows.Counter()
        batch = support.Batch([(line, *key) for line in (b"1", b"", b"2")])
        counter.read([batch])
        found = list(rows.line_frames([batch], {key: places.START}, counter.counts, lambda _: "cassette", str))
        self.assertEqual([(frame.data, frame.at.line) for frame in found], [(b"1\n", 1), (b"2\n", 3)])

    def test_files_without_an_entry_per_line_are_read_as_a_whole(self):
        counts = {Key("a", 0, 0): Count(2, 2, 4), Key("b", 0, 0): Count(2, 0, 4), Key("c", 0, 0): Count(1, 1, 4)}
        found = rows.whole_files("abcd", counts, {"a": "ndjson", "b": "ndjson", "c": "har"})
        self.assertEqual(found, {"b", "c", "d"})


class Names(unittest.TestCase):
    def test_files_have_the_path_under_the_argument_as_typed(self):
        cases = [
            ("captures", "/w/captures", "file:///w/captures/a.har", "captures/a.har"),
            ("./captures", "/w/captures", "file:/w/captures/b/a%20b%2541.har", "captures/b/a b%41.har"),
            ("captures/", "/w/captures", "file:///w/captures/a.har", "captures/a.har"),
            ("/w/captures", "/w/captures", "file:///w/captures/%C3%A4.har", "/w/captures/ä.har"),
            ("../c", "/c", "file:///c/ä.har", "../c/ä.har"),
            (".", "/w", "file:///w/a.har", "a.har"),
            ("./a.har", "/w/a.har", "file:///w/a.har", "a.har"),
            ("/", "/", "file:///a.har", "/a.har"),
            ("captures", "/w/captures", "file:///w/captures2/a.har", "file:///w/captures2/a.har"),
            ("s3a://b/c", None, "s3a://b/c/a%20b.har", "s3a://b/c/a%20b.har"),
            ("c", "/c", "file:///c/" + "%C3%A4%2Bb.har", "c/ä+b.har"),
        ]
        for typed, path, uri, expected in cases:
            self.assertEqual(names.file_name(uri, [Input(typed, path)]), expected, typed)

    def test_spark_gets_paths_that_are_no_patterns(self):
        self.assertEqual(Input("x", "/w/a[1]*{b}").location, r"file:///w/a\[1\]\*\{b\}")
        self.assertEqual(names.as_location("file:///w/a%20%5B1%5D"), r"file:///w/a \[1\]")
        self.assertEqual(Input.of("no-such-folder/*.har").location, "no-such-folder/*.har")

    def test_inputs_do_not_overlap(self):
        with self.assertRaisesRegex(CheckFailed, "name them once"):
            names.inputs([support.ROOT.as_posix(), support.CONTRACT])

    def test_uris_are_the_same_however_spark_encodes_them(self):
        for uri in ("file:/w/ä b+1.har", "file:///w/%C3%A4%20b+1.har", "file:///w/ä%20b%2B1.har"):
            self.assertEqual(names.normal(uri), names.file_uri("/w/ä b+1.har"), uri)
        self.assertEqual(names.normal("s3a://b/ä%20b"), "s3a://b/ä%20b")
        self.assertIsNone(names.file_uri(os.fsdecode(b"/w/\xff")))
        self.assertEqual(Input("c", "/c").name_of(os.fsdecode(b"/c/\xff.har")), "c/\ufffd.har")

    def test_compressed_files_are_known_by_name(self):
        for name, expected in (("a.ndjson.gz", True), ("a.TGZ", True), ("a.ndjson", False), ("gz", False)):
            self.assertEqual(names.is_compressed(f"s3a://b/{name}"), expected, name)


class Folders(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def look(self):
        listing = folders.look(Input("c", self.folder))
        files = [sorted(os.path.relpath(path, self.folder) for path in part) for part in (listing.files, listing.own)]
        return (*files, {frame.file: frame for frame in listing.frames()})

    def write(self, *paths: str):
        for name in paths:
            path = Path(self.folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")

    def test_files_that_spark_ignores_are_for_the_driver(self):
        self.write("a.har", "_b.har", "_c/d.har", "_c/.e.har", ".f/g.har", "h/_i", "_j=k", "_metadata", "l._COPYING_")
        Path(self.folder, "empty").touch()
        files, own, found = self.look()
        self.assertEqual(files, ["_c/d.har", "_j=k", "a.har"])
        self.assertEqual(own, ["_b.har", "_metadata", "empty", "h/_i", "l._COPYING_"])
        self.assertEqual({name for name, frame in found.items() if frame.hidden}, {"c/.f", "c/_c/.e.har"})
        self.assertEqual({name for name, frame in found.items() if frame.found}, {f"c/{name}" for name in own})

    def test_files_that_spark_cannot_read_are_for_the_driver(self):
        self.write("a:b", "c:d/e", "c:d/[f]", "c:d/g\\h", "i,j'k\"l", os.fsdecode(b"m\xff"))
        files, own, found = self.look()
        self.assertEqual(files, ["c:d/e", "i,j'k\"l"])
        self.assertEqual(sorted(found), ["c/a:b", "c/c:d/[f]", "c/c:d/g\\h", "c/m\ufffd"])
        self.assertEqual(len(own), 4)

    def test_links_that_lead_nowhere_or_back_are_problems(self):
        self.write("a/b/c.har")
        for name, target in (("x", "nowhere"), (".y", "nowhere"), ("a/z", "."), ("a/b/z", "../.."), ("a/b/w", "w")):
            os.symlink(target, Path(self.folder, name))
        os.symlink("a", Path(self.folder, "again"))
        files, own, found = self.look()
        self.assertEqual((files, own), (["a/b/c.har", "again/b/c.har"], []))
        problems = {name: frame.problem for name, frame in found.items()}
        self.assertEqual(problems["c/x"], "no such file or folder")
        self.assertEqual(problems["c/.y"], "no such file or folder")
        self.assertRegex(problems["c/a/z"], "leads back to c/a;")
        self.assertRegex(problems["c/a/b/z"], "leads back to c;")
        self.assertRegex(problems["c/a/b/w"], r"I/O error: .* \(os error 40\)")
        self.assertEqual(len(problems), 8)

    def test_folders_without_files_are_problems(self):
        Path(self.folder, ".hidden").touch()
        os.mkfifo(Path(self.folder, "pipe"))
        _, _, found = self.look()
        self.assertEqual(sorted(found), ["c", "c/.hidden"])
        self.assertEqual(found["c"].problem, "the folder contains no files to read")

    def test_files_that_are_named_are_not_found_in_a_folder(self):
        self.write(".a.har")
        path = str(Path(self.folder, ".a.har"))
        (frame,) = folders.look(Input("b", path)).frames()
        self.assertEqual(frame, Frame("b", b"x"))

    def test_a_file_that_cannot_be_read_is_a_problem(self):
        listing = folders.Listing(Input("c", self.folder), own=[f"{self.folder}/gone"])
        self.assertEqual(list(listing.frames()), [Frame("c/gone", problem="no such file or folder")])
        self.assertEqual(folders.words(PermissionError(13, "?")), "permission denied")


class Contracts(unittest.TestCase):
    def test_a_contract_has_the_files_it_refers_to(self):
        split = support.PETSTORE / "split"
        found = contract.load(str(split / "openapi.yaml"))
        self.assertEqual(found.reference, "openapi.yaml")
        self.assertEqual(set(found.files), {str(path.relative_to(split)) for path in split.rglob("*.*")})

    def test_a_contract_without_references_is_alone(self):
        self.assertEqual(list(contract.load(support.CONTRACT).files), ["openapi.yaml"])

    def test_a_folder_keeps_its_name(self):
        found = contract.load(str(support.PETSTORE / "schemas"))
        self.assertEqual(found.reference, "schemas")
        self.assertIn("schemas/common.schema.json", found.files)

    def test_built_in_contracts_have_no_files(self):
        self.assertEqual(contract.load("organisations@v2"), contract.Contract("organisations@v2"))

    def test_files_of_references_to_urls_are_sent(self):
        other = str(support.PETSTORE / "schemas" / "common.schema.json")
        found = contract.load(support.CONTRACT, [f"https://example.com/?a=b={other}"])
        self.assertEqual(found.refs, ["https://example.com/?a=b=schemas/common.schema.json"])
        with tempfile.TemporaryDirectory() as folder:
            arguments = found.write(folder)
            self.assertTrue(Path(folder, arguments[1]).is_file())

    def test_contracts_in_git_are_refused(self):
        with self.assertRaisesRegex(CheckFailed, "Git"):
            contract.load("git:HEAD:openapi.yaml")


class Options(unittest.TestCase):
    def test_options_are_for_reading_or_the_report_or_both(self):
        found = options.sort(
            ["--host", "a.example", "--redact=name", "-l", "wrong-type=off", "--strict", "--baseline", "b.json",
             "-v", "--no-config", "--body-field", "x", "-j2", "--ref", "u=f"]
        )  # fmt: skip
        both = ["--redact=name", "-lwrong-type=off", "--strict", "--body-field=x", "-j2"]
        self.assertEqual(found.reading, ["--host=a.example", *both])
        report = [*both[:3], "--baseline=b.json", "-v", *both[3:], "--ref=u=f"]
        self.assertEqual(found.report, report)
        self.assertEqual(found.refs, ["u=f"])
        self.assertEqual(found.log_fields, ["--body-field=x"])

    def test_options_of_the_job_are_refused(self):
        for words in (["--contract", "x"], ["captures"], ["-cx"], ["--suggest"], ["--since", "7d"], ["--host"], ["-"]):
            with self.assertRaises(CheckFailed, msg=words):
                options.sort(words)


if __name__ == "__main__":
    unittest.main()
