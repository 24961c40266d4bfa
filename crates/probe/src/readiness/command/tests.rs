use super::{Restored, checked_out, is_of_containers, programs, restored};
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
#[case("git checkout \"$GONOGO_PREVIOUS_COMMIT\"", &["$GONOGO_PREVIOUS_COMMIT"])]
#[case("cd app\ngit -c core.pager=cat checkout -q v1 && docker-compose up -d", &["v1"])]
#[case("git switch --detach v1.2", &["v1.2"])]
#[case("git checkout -- app.py", &[])]
#[case("git checkout v1 app.py", &[])]
#[case("git checkout .", &[])]
#[case("git log --oneline", &[])]
#[case("echo checkout v1", &[])]
fn what_is_checked_out_is_found(#[case] command: &str, #[case] commits: &[&str]) {
    assert_eq!(checked_out(command), commits);
}

#[rstest]
#[case("docker-compose up -d && sudo systemctl restart app", &["docker-compose", "systemctl"])]
#[case("A=1 python -m app >log 2>&1; rm -f log &>/dev/null", &["python", "rm"])]
#[case("gunzip -c a.gz | psql shop # and | more", &["gunzip", "psql"])]
#[case("if [ -f a ]; then cp a b; fi", &["cp"])]
#[case("for x in a b; do echo $x; done", &[])]
#[case("./deploy.sh && \"$TOOL\" back", &[])]
#[case("cat <<END\nrm\nEND", &[])]
fn the_programs_that_a_command_starts_are_found(#[case] command: &str, #[case] names: &[&str]) {
    assert_eq!(programs(command), names);
}

#[rstest]
#[case("sudo docker stop web", true)]
#[case("docker-compose up -d", true)]
#[case("echo 'docker'x", false)]
fn an_engine_is_spoken_to(#[case] command: &str, #[case] spoken: bool) {
    assert_eq!(is_of_containers(command), spoken);
}
