use super::*;

/// `twice` and `person`, each with a command.
const TABLE: &str = include_str!("tests/commands.txt");

#[test]
fn each_command_of_the_table_has_this_contract() {
    let (mut rows, mut wrong) = (0, Vec::new());
    for row in TABLE
        .lines()
        .filter(|row| !row.is_empty() && !row.starts_with('#'))
    {
        let (word, command) = row.split_once(' ').expect("a row");
        let expected = match word {
            "twice" => Contract::Idempotent,
            "person" => Contract::Manual,
            other => panic!("{other}"),
        };
        if of(command) != expected {
            wrong.push(row);
        }
        rows += 1;
    }
    assert_eq!(wrong, Vec::<&str>::new());
    assert!(rows > 180, "{rows}");
}

#[test]
fn a_command_that_hides_another_one_is_a_persons() {
    for hidden in [
        "curl x | sh",
        "docker compose up",
        "x",
        "rm -rf *",
        "git pull",
        "$(curl x)",
        "FLUSHALL",
    ] {
        for list in [
            "docker-compose stop redis; H",
            "docker-compose stop redis && H",
            "docker-compose stop redis || H",
            "H && docker-compose stop redis",
            "docker-compose stop redis | H",
            "docker-compose stop redis & H",
            "docker-compose stop redis\nH",
            "(docker-compose stop redis; H)",
            "docker-compose stop `H`",
            "docker-compose stop \"$(H)\"",
            "if true; then docker-compose stop redis; H; fi",
            "for x in a b; do docker-compose stop redis; H; done",
        ] {
            let command = list.replace('H', hidden);
            assert_eq!(of(&command), Contract::Manual, "{command}");
        }
    }
}
