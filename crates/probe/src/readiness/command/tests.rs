use super::{Restored, checks_out, is_of_containers, restored};
use rstest::rstest;

#[rstest]
#[case("psql shop < backup.sql", &["backup.sql"])]
#[case("psql shop <backup.sql", &["backup.sql"])]
#[case("psql -U me -f 'old backup.sql' shop", &["old backup.sql"])]
#[case("psql --file=backup.sql", &["backup.sql"])]
#[case("pg_restore -d shop --clean shop.dump", &["shop.dump"])]
#[case("dropdb shop && pg_restore --jobs=4 -d shop /var/backups/shop.dump", &["/var/backups/shop.dump"])]
#[case("gunzip -c backup.sql.gz | psql shop", &["backup.sql.gz"])]
#[case("cat backup.sql | docker compose exec -T db psql -U me", &["backup.sql"])]
#[case("docker compose exec -T db psql -U me < backup.sql", &["backup.sql"])]
#[case("psql shop < backup_$(date +%Y%m%d).sql", &["backup_$(date +%Y%m%d).sql"])]
#[case("psql shop < \"$GONOGO_DUMP\"", &["$GONOGO_DUMP"])]
#[case("psql -c 'SELECT 1 < 2'", &[])]
#[case("cat notes.txt; psql -c 'SELECT 1'", &[])]
#[case("cat notes.txt || psql -c 'SELECT 1'", &[])]
#[case("docker compose up -d", &[])]
fn the_dumps_that_a_command_reads_are_found(#[case] command: &str, #[case] files: &[&str]) {
    let files: Vec<Restored> = files
        .iter()
        .map(|file| Restored::File((*file).to_owned()))
        .collect();
    assert_eq!(restored(command), files);
}

#[test]
fn a_dump_within_a_container_is_elsewhere() {
    assert_eq!(
        restored("docker compose exec -T db pg_restore -d shop /backups/shop.dump"),
        [Restored::Elsewhere]
    );
}

#[rstest]
#[case("git checkout \"$GONOGO_PREVIOUS_COMMIT\"", true, false)]
#[case(
    "cd app\ngit -c core.pager=cat checkout v1 && docker-compose up -d",
    true,
    true
)]
#[case("git log --oneline", false, false)]
#[case("echo checkout", false, false)]
#[case("echo 'docker'x", false, false)]
#[case("sudo docker stop web", false, true)]
fn checkouts_and_containers_are_seen(#[case] command: &str, #[case] out: bool, #[case] containers: bool) {
    assert_eq!(
        (checks_out(command), is_of_containers(command)),
        (out, containers)
    );
}
