"""The logic that runs wiredrift: runs over parts give the report of a single run."""

import os
import shutil
import tempfile
import time
import unittest
from pathlib import Path
from typing import List, Sequence

import support
from wiredrift_spark import __main__ as job_main
from wiredrift_spark import contract, folders, merge, options, places, rows, runner, work
from wiredrift_spark.errors import CheckFailed
from wiredrift_spark.frames import Frame
from wiredrift_spark.names import Input
from wiredrift_spark.places import Key

NAME = "show-pet.200.ndjson"


@unittest.skipUnless(Path(support.BINARY).is_file(), f"{support.BINARY} is missing: build it or set WIREDRIFT")
class WithBinary(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def work(self, binary: str = support.BINARY, **changes) -> work.Work:
        return work.Work(contract.load(support.CONTRACT), [], binary, **changes)

    def single(self, data: bytes, name: str = NAME, *arguments: str):
        path = Path(self.folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return support.reports(self.folder, name, *arguments)

    def profile(self, *profiles: bytes):
        return support.reports_of_profile(self.folder, merge.merge(support.BINARY, profiles))


class Parts(WithBinary):
    def in_blocks(self, blocks: Sequence[Sequence[bytes]], name: str = NAME, **changes) -> List[bytes]:
        """The profiles of lines, one for each block."""
        keys = [Key(name, number, number) for number in range(len(blocks))]
        tables = [[(line, *key) for line in lines] for key, lines in zip(keys, blocks)]
        counter = rows.Counter()
        counter.read(support.Batch(table) for table in tables if table)
        starts = places.starts(counter.counts)
        one = self.work(**changes)

        def profile(table):
            frames = rows.line_frames([support.Batch(table)], starts, counter.counts, lambda _: "ndjson", str)
            return one.profile(frames)

        return [profile(table) for table in tables if table]

    def test_every_split_gives_the_report_of_the_single_run(self):
        lines = support.poisoned(support.pets(16))
        for ends in (b"\n", b""):
            expected = self.single(b"\n".join(lines) + ends)
            self.assertEqual(expected[0], 2)
            self.assertIn(b"malformed-json", expected[1][2])
            self.assertIn(b"not UTF-8", expected[1][2])
            for cut in range(len(lines) + 1):
                with self.subTest(cut=cut, ends=ends):
                    first, *rest = self.in_blocks([lines[:cut], lines[cut:]])
                    self.assertEqual(self.profile(*rest, first), expected)

    def test_a_block_for_each_line_gives_the_report_of_the_single_run(self):
        lines = support.poisoned(support.pets(140))
        expected = self.single(b"\r\n".join(lines) + b"\r\n")
        blocks = [[line + b"\r" for line in lines[number : number + 9]] for number in range(0, len(lines), 9)]
        self.assertEqual(self.profile(*self.in_blocks(blocks)), expected)
        # The same with many runs of wiredrift in a task.
        self.assertEqual(self.profile(*self.in_blocks(blocks, batch=1)), expected)

    def test_rows_of_a_table_are_lines_of_its_file(self):
        name = "table/part-0.parquet"
        lines = support.poisoned(support.pets(20))
        lines[3] = lines[3].replace(b", ", b",\n")
        expected = self.single(b"\n".join(line.replace(b"\n", b"\r") for line in lines), name, "--format", "ndjson")
        lines[lines.index(b"")] = None
        self.assertEqual(self.profile(*self.in_blocks([lines[:11], lines[11:]], name)), expected)

    def test_task_for_lines_yields_a_row(self):
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            self.skipTest("pyarrow is not installed")
        lines = support.poisoned(support.pets(20))
        expected = self.single(b"\n".join(lines))
        batch = support.Batch([(line, NAME, 0, 4, 5) for line in lines])
        one = self.work()
        (counted,) = work.CountLines(one, recognise=True, has_size=True)([batch])
        (row,) = counted.to_pylist()
        self.assertEqual((row["lines"], row["entries"], row["size"], row["format"]), (22, 20, 5, "ndjson"))
        key = Key(NAME, 0, 4)
        count = places.Count(row["lines"], row["entries"], row["length"])
        task = work.ProfileLines(one, {key: places.START}, {key: count}, {NAME: "ndjson"})
        (result,) = task([batch])
        self.assertEqual(self.profile(*result.column(0).to_pylist()), expected)
        (merged,) = work.MergeProfiles(one)([result, result])
        self.assertEqual(merged.num_rows, 1)
        self.assertEqual(list(task([])), [])


class Files(WithBinary):
    def test_whole_files_give_the_report_of_the_single_run(self):
        captures = Path(self.folder, "captures")
        shutil.copytree(support.PETSTORE / "captures", captures)
        expected = support.reports(self.folder, "captures")
        files = sorted(path for path in captures.rglob("*") if path.is_file())
        frames = (Frame(str(path.relative_to(self.folder)), path.read_bytes()) for path in files)
        self.assertEqual(self.profile(self.work(batch=2000).profile(frames)), expected)

    def test_folders_are_listed_as_in_the_single_run(self):
        captures = Path(self.folder, "captures")
        support.odd_files(captures)
        Path(self.folder, "none").mkdir()
        Path(self.folder, "none", ".hidden").touch()
        for typed in (["captures"], [f"{captures}/", "none"], ["captures/settings.yaml", "captures/.hidden.har"]):
            with self.subTest(typed):
                expected = support.reports(self.folder, *typed)
                self.assertEqual(b"(hidden)" in expected[1][2], "captures/settings.yaml" not in typed)
                inputs = [Input(each, os.path.join(self.folder, each).rstrip("/")) for each in typed]
                listings = [folders.look(each) for each in inputs]
                found = [
                    Frame(listing.input.name_of(path), Path(path).read_bytes(), found=path != listing.input.path)
                    for listing in listings
                    for path in listing.files
                ]
                own = [frame for listing in listings for frame in listing.frames()]
                self.assertEqual(self.profile(self.work(batch=2000).profile([*found, *own])), expected)

    def test_formats_are_recognised_as_in_the_single_run(self):
        with self.work().runner() as one:
            for name, head, expected in (
                ("a.ndjson", b"\n".join(support.pets(3)), "ndjson"),
                ("a.log", support.log(3), "log"),
                ("a.har", (support.PETSTORE / "captures/drifting/list-pets.har").read_bytes(), "har"),
                ("a.ndjson", b"", None),
                ("a", b"what?", None),
            ):
                self.assertEqual(one.format_of(name, head, []), expected, name)


class Deaths(WithBinary):
    """A program that kills itself if a marker is in its input."""

    SCRIPT = 'data=$(mktemp); trap "rm -f $data" EXIT; [ "$3" = --batch ] || exec "$@"; cat >"$data"\n' + (
        'if grep -q MARKER "$data"; then rm -f "$data"; kill -KILL $$; fi\n"$@" <"$data"'
    )

    def test_a_line_that_kills_is_a_problem_and_nothing_else_is_lost(self):
        lines = support.pets(40)
        lines[17] = lines[17].replace(b"Zo", b"MARKER")
        lines[31] = lines[31].replace(b"Zo", b"MARKER")
        frame = Frame(NAME, b"\n".join(lines) + b"\n", places.START, "ndjson")
        one = self.work(support.wrapper(self.folder, self.SCRIPT))
        code, found = self.profile(one.profile([Frame("gone.har", problem="why not"), frame]))
        self.assertEqual(code, 2)
        self.assertIn(b"Checked only 38 payloads", found[2])
        text = b" ".join(found[2].split())
        self.assertIn(b"line 18: not checked: wiredrift was ended by SIGKILL", text)
        self.assertIn(b"line 32: not checked: wiredrift was ended by SIGKILL", text)
        self.assertIn(b"why not", text)

    def test_a_file_that_kills_is_a_problem(self):
        lines = support.pets(4)
        frames = [Frame(f"{number}/show-pet.200.json", line) for number, line in enumerate(lines)]
        frames[2] = Frame("2/show-pet.200.json", b'"MARKER"')
        one = self.work(support.wrapper(self.folder, self.SCRIPT))
        _, found = self.profile(one.profile(frames))
        self.assertIn(b"Checked only 3 payloads", found[2])
        self.assertIn(b"cannot read 2/show-pet.200.json: not checked", found[2])

    def test_many_lines_that_kill_are_given_up_in_pieces(self):
        data = b'{"name": "MARKER"}\n' * 400
        lines = b"\n".join(support.pets(20)) + b"\n"
        one = self.work(support.wrapper(self.folder, self.SCRIPT))
        before, runner.MOST_ALONE = runner.MOST_ALONE, 3
        started = time.monotonic()
        try:
            place = places.Place(21, len(lines), 20)
            frames = [Frame(NAME, lines, places.START, "ndjson"), Frame(NAME, data, place, "ndjson")]
            _, found = self.profile(one.profile(frames))
        finally:
            runner.MOST_ALONE = before
        self.assertIn(b"Checked only 20 payloads", found[2])
        self.assertRegex(b" ".join(found[2].split()), rb"lines \d+ to 420: not checked")
        self.assertLess(time.monotonic() - started, 60)

    def test_a_program_that_always_dies_fails(self):
        one = self.work(support.wrapper(self.folder, "kill -SEGV $$"))
        with self.assertRaisesRegex(CheckFailed, "SIGSEGV even without captures"):
            one.profile([Frame("a", b"{}")])


class Errors(WithBinary):
    def test_a_wrong_contract_fails_with_the_message(self):
        path = Path(self.folder, "api.yaml")
        path.write_text("openapi: 3.1.0\npaths: [")
        one = work.Work(contract.load(str(path)), [], support.BINARY)
        with self.assertRaisesRegex(CheckFailed, "api.yaml"):
            one.profile([Frame("a", b"{}")])

    def test_a_wrong_option_fails_with_the_message(self):
        one = work.Work(contract.load(support.CONTRACT), options.sort(["--operation", "nope"]).reading, support.BINARY)
        with self.assertRaisesRegex(CheckFailed, "nope"):
            one.profile([Frame("a", b"{}")])

    def test_errors_of_the_frames_are_passed_on(self):
        def frames():
            yield Frame("a", b"{}" * 100_000)
            raise OSError("the disk is gone")

        with self.work().runner() as one, self.assertRaisesRegex(OSError, "disk is gone"):
            one.run(frames())

    def test_input_larger_than_a_pipe_does_not_block_a_process_that_fails(self):
        one = self.work(support.wrapper(self.folder, "echo 'error: no' >&2; exit 2"))
        with self.assertRaisesRegex(CheckFailed, "no"):
            one.profile([Frame("a", b"x" * 10_000_000)])

    def test_a_long_error_does_not_block(self):
        one = self.work(support.wrapper(self.folder, "head -c 1000000 /dev/zero | tr '\\0' x >&2; exec \"$@\""))
        self.assertIsNotNone(one.profile([Frame("a", b"{}")]))

    def test_a_missing_binary_is_named(self):
        with self.assertRaisesRegex(CheckFailed, "no-such-program is not on this machine"):
            self.work("no-such-program").profile([Frame("a", b"{}")])

    def test_shipped_binaries_are_found_and_made_executable(self):
        path = Path(self.folder, "my-wiredrift")
        path.touch(0o644)
        self.assertEqual(runner.find_binary("/elsewhere/my-wiredrift", [self.folder]), str(path))
        self.assertTrue(path.stat().st_mode & 0o100)

    def test_damaged_profiles_are_refused(self):
        with self.assertRaisesRegex(CheckFailed, "not a profile"):
            merge.merge(support.BINARY, [b"x", b"y"])
        self.assertIsNone(merge.merge(support.BINARY, []))

    def test_a_configuration_is_not_ignored_silently(self):
        Path(self.folder, "wiredrift.toml").touch()
        inside = Path(self.folder, "a", "b")
        inside.mkdir(parents=True)
        self.assertEqual(job_main.configuration(str(inside)), str(Path(self.folder, "wiredrift.toml")))


if __name__ == "__main__":
    unittest.main()
