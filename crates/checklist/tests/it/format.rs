//! The examples and tables of `docs/format.md` are true.

use checklist::compile;
use checklist::report::listing;

fn format() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/format.md");
    std::fs::read_to_string(path).expect("docs/format.md")
}

fn wrong_annotations(text: &str) -> Vec<String> {
    let found = compile(text.as_bytes()).diagnostics;
    found
        .into_iter()
        .filter(|found| found.code == "GNG005" || found.code == "GNG006")
        .map(|found| found.message)
        .collect()
}

#[test]
fn every_example_gives_the_plan_that_stands_below_it() {
    let format = format();
    let mut tried = 0;
    for part in format.split("````markdown\n").skip(1) {
        let (example, rest) = part.split_once("````\n").expect("the end of an example");
        let shown = rest
            .trim_start()
            .strip_prefix("```text\n")
            .and_then(|block| block.split_once("```\n"));
        let (shown, _) = shown.expect("the plan of an example");
        let again = "write it again: cargo run -p checklist --example docs";
        assert_eq!(shown, listing(&compile(example.as_bytes()).plan), "{again}");
        assert_eq!(wrong_annotations(example), Vec::<String>::new(), "{example}");
        tried += 1;
    }
    assert!(tried >= 9, "{tried}");
}

#[test]
fn every_expectation_of_the_table_is_understood() {
    let format = format();
    let row = format
        .lines()
        .find(|line| line.starts_with("| `expect`"))
        .expect("the row");
    let values: Vec<&str> = row.split('`').skip(3).step_by(2).collect();
    assert!(values.len() > 10, "{values:?}");
    for value in values {
        let line = format!("- [ ] `frobnicate` <!-- gonogo: probe; expect {value} -->\n");
        assert_eq!(wrong_annotations(&line), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn every_value_of_the_table_is_understood() {
    let format = format();
    let table = format.split("| key | values |").nth(1).expect("the table");
    let mut tried = 0;
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    for row in rows.filter(|line| line.starts_with("| `")) {
        let codes: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        let (key, values) = (codes[0], &codes[1..]);
        for value in values {
            let value = value
                .replace("NAME", "x")
                .replace("FILE", ".env")
                .replace("KEY", "A");
            let line = format!("- [ ] `http://localhost/x` and `a/b.txt` <!-- gonogo: {key} {value} -->\n");
            assert_eq!(wrong_annotations(&line), Vec::<String>::new(), "{line}");
            tried += 1;
        }
    }
    assert!(tried > 25, "{tried}");
}
