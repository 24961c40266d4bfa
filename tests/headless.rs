//! `gonogo run` and `gonogo check`: without a server.

use crate::support::Folder;

struct Here {
    folder: Folder,
}

impl Here {
    fn new(checklist: &str) -> Self {
        let here = Self {
            folder: Folder::new(),
        };
        let work = here.folder.path().display().to_string();
        std::fs::create_dir(here.folder.path().join("environments")).unwrap();
        let environment = format!("title = \"here\"\nclass = \"development\"\nwork_directory = \"{work}\"\n");
        here.write("environments/here.toml", &environment);
        here.write("CHECKLIST.md", checklist);
        here
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        self.gonogo(&[&["run", "CHECKLIST.md", "--env"], arguments].concat())
    }

    fn gonogo(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_gonogo"))
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }
}

const THREE: &str = "# Three\n\n## Pre-Deployment\n\n- [ ] There <!-- gonogo: file there.txt -->\n- [ ] `mkdir -p made`\n\
                     - [ ] Somebody read it\n\n### Immediate Checks (within 5 minutes)\n\n\
                     - [ ] Still there <!-- gonogo: file there.txt -->\n";

#[test]
fn its_exit_code_says_go_no_go_or_could_not_tell() {
    let here = Here::new(THREE);
    let (code, out, _) = here.run(&["here"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("FAIL    There") && out.contains("NO-GO: 0 passed, 1 failed"),
        "{out}"
    );
    here.write("there.txt", "x");
    let (code, out, _) = here.run(&["here"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("1 not due, 2 left to people"), "{out}");
    assert!(
        !here.folder.path().join("made").exists(),
        "an action is left to people"
    );
    let (code, out, _) = here.run(&["here", "--t0", "2026-01-01T00:00:00Z", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, answer["lines"][3]["verdict"].as_str()),
        (Some(0), Some("pass")),
        "{out}"
    );
    let people = Here::new("# People\n\n- [ ] Somebody read it\n");
    assert_eq!(people.run(&["here"]).0, Some(2), "no probe is no go");
}

#[test]
fn an_environment_that_is_not_there_is_named_with_those_that_are() {
    let here = Here::new(THREE);
    let (code, out, error) = here.run(&["there"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(
        error.contains("no environment \"there\"") && error.contains("there are: here"),
        "{error}"
    );
    here.write("environments/broken.toml", "class = 1");
    assert_eq!(
        here.run(&["here"]).0,
        Some(1),
        "another file's trouble is not this one's"
    );
    let (code, _, error) = here.run(&["broken"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("broken.toml:1:"), "{error}");
}

#[test]
fn check_finds_the_checklists_of_a_folder_and_says_where_there_is_none() {
    let here = Here::new(THREE);
    let (code, out, _) = here.gonogo(&["check", "."]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("4 items"), "{out}");
    let (code, out, complaint) = here.gonogo(&["check", "environments"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(
        complaint.contains("there is no checklist below environments"),
        "{complaint}"
    );
}

#[test]
fn check_denies_what_it_is_told_to_and_explains_a_lint() {
    let here = Here::new("# One\n\n## Phase 1: Go\n\n- [ ] Removed: `rm -rf build`\n");
    let code = |arguments: &[&str]| here.gonogo(arguments).0;
    assert_eq!(code(&["check", "CHECKLIST.md"]), Some(0));
    assert_eq!(code(&["check", "--deny", "notes", "CHECKLIST.md"]), Some(1));
    assert_eq!(code(&["check", "gone.md"]), Some(2));
    assert_eq!(code(&["check", "--explain", "GNG999"]), Some(2));
    let (code, out, _) = here.gonogo(&["check", "--explain", "gng012"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("GNG012"), "{out}");
}
