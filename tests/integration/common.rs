//! Runs of the program.

use std::path::Path;

use assert_cmd::Command;

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a run of the program came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the program in a folder.
pub fn wiredrift(folder: &Path, arguments: &[&str], stdin: impl Into<Vec<u8>>) -> Run {
    let mut command = Command::cargo_bin("wiredrift").expect("built");
    // What the machine that runs the tests sets.
    for name in [
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "GITLAB_CI",
        "TF_BUILD",
        "TEAMCITY_VERSION",
    ] {
        command.env_remove(name);
    }
    let output = command
        .current_dir(folder)
        .args(arguments)
        .write_stdin(stdin)
        .output()
        .expect("runs");
    Run {
        code: output.status.code().expect("ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Its exit code, standard output and standard error.
pub fn run_in(
    folder: &Path,
    arguments: &[&str],
    stdin: impl Into<Vec<u8>>,
) -> (i32, String, String) {
    let run = wiredrift(folder, arguments, stdin);
    (run.code, run.stdout, run.stderr)
}

/// A text without the breaks of wrapped lines.
pub fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    folder
}

/// The source files, by the path of their modules: `capture::source`.
pub fn source_files() -> Vec<(String, String)> {
    fn gather(folder: &Path, root: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                gather(&path, root, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(root).expect("inside").with_extension("");
                let name = inside.to_string_lossy();
                let name = name.replace(std::path::MAIN_SEPARATOR, "::");
                let text = std::fs::read_to_string(&path).expect("readable");
                found.push((name, text));
            }
        }
    }
    let root = root().join("src");
    let mut found = Vec::new();
    gather(&root, &root, &mut found);
    found.sort();
    found
}
