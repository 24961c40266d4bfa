//! The examples and tables of `docs/format.md` are true.

use checklist::compile;

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
fn the_examples_have_no_wrong_annotation() {
    let format = format();
    let examples: Vec<&str> = format
        .split("```markdown\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!examples.is_empty());
    for example in examples {
        assert_eq!(wrong_annotations(example), Vec::<String>::new(), "{example}");
    }
}

#[test]
fn every_value_of_the_table_is_understood() {
    let format = format();
    let table = format.split("| key | values |").nth(1).expect("the table");
    let mut tried = 0;
    for row in table.lines().filter(|line| line.starts_with("| `")) {
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
