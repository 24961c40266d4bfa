use crate::support::{Folder, assert_said, environment, open, probe, said};
use domain::probe::{FileProbe, FileRule, ProbeSpec, TextRule};
use domain::quantity::{Bound, Comparison, Quantity, Unit};
use domain::verdict::Verdict;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::Duration;

fn file(path: &str, rules: &[FileRule]) -> ProbeSpec {
    ProbeSpec::File(FileProbe {
        path: path.to_owned(),
        rules: rules.to_vec(),
    })
}

fn env_line(key: &str, value: Option<&str>) -> ProbeSpec {
    ProbeSpec::EnvLine {
        file: ".env".to_owned(),
        key: key.to_owned(),
        value: value.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_file_that_is_there_passes_and_a_missing_one_fails() {
    let folder = Folder::new();
    folder.write("config/redis/redis.conf", "maxmemory 512mb\n");
    let site = open(environment(folder.path()));
    assert_said(
        &probe(&file("config/redis/redis.conf", &[]), &site).await,
        Verdict::Pass,
        "a file of 16 B",
    );
    assert_said(
        &probe(&file("config/redis", &[FileRule::Directory]), &site).await,
        Verdict::Pass,
        "is a directory",
    );
    assert_said(
        &probe(&file("config/nginx.conf", &[]), &site).await,
        Verdict::Fail,
        "config/nginx.conf does not exist",
    );
    assert_said(
        &probe(&file("config/redis/redis.conf/x", &[]), &site).await,
        Verdict::Fail,
        "does not exist",
    );
    assert_said(
        &probe(&file("config/nginx.conf", &[FileRule::Absent]), &site).await,
        Verdict::Pass,
        "does not exist",
    );
    assert_said(
        &probe(&file("config", &[FileRule::Absent]), &site).await,
        Verdict::Fail,
        "config exists",
    );
}

#[tokio::test]
async fn a_mode_that_lets_others_read_fails_and_says_who_can_what() {
    let folder = Folder::new();
    let path = folder.write("credentials", "x");
    let site = open(environment(folder.path()));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let finding = probe(&file("credentials", &[FileRule::ModeAtMost(0o600)]), &site).await;
    assert_eq!(
        said(&finding),
        (
            Verdict::Fail,
            "mode 0644, at most 0600 allowed: others can read it, its group can read it"
        )
    );
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).expect("a mode");
    let finding = probe(&file("credentials", &[FileRule::ModeAtMost(0o600)]), &site).await;
    assert_eq!(said(&finding), (Verdict::Pass, "mode 0400"));
}

#[tokio::test]
async fn an_old_backup_or_an_empty_one_fails() {
    let folder = Folder::new();
    let path = folder.write("backup.sql", "");
    let old = std::fs::metadata(&path)
        .expect("it")
        .modified()
        .expect("its time")
        - Duration::from_secs(2 * 86_400);
    std::fs::File::options()
        .write(true)
        .open(&path)
        .expect("it")
        .set_modified(old)
        .expect("a time");
    let site = open(environment(folder.path()));
    let finding = probe(&file("backup.sql", &[FileRule::AgeAtMost(86_400)]), &site).await;
    assert_said(&finding, Verdict::Fail, "changed 2 d ago, at most 1 d allowed");
    let at_least = |value| {
        FileRule::Size(Bound {
            comparison: Comparison::AtLeast,
            quantity: Quantity {
                value,
                unit: Unit::Bytes,
            },
        })
    };
    assert_said(
        &probe(&file("backup.sql", &[at_least(1024.0)]), &site).await,
        Verdict::Fail,
        "0 B, must be ≥ 1 KB",
    );
}

#[tokio::test]
async fn no_path_leads_out_of_the_environment() {
    let folder = Folder::new();
    let outside = Folder::new();
    outside.write("secret", "secret words");
    outside.write("listed/inner", "listed words");
    let secret = outside.path().join("secret");
    symlink(&secret, folder.path().join("link")).expect("a link");
    symlink(outside.path(), folder.path().join("up")).expect("a link");
    symlink("round", folder.path().join("round")).expect("a link");
    folder.write("real", "words");
    symlink("real", folder.path().join("inside")).expect("a link");
    let mut environment = environment(folder.path());
    environment
        .paths
        .push(outside.path().join("listed").display().to_string());
    let site = open(environment);
    let content = [FileRule::Content(TextRule::Contains("words".to_owned()))];
    let dots = format!(
        "../{}/secret",
        outside.path().file_name().expect("a name").to_string_lossy()
    );
    let through_listed = outside.path().join("listed/../secret").display().to_string();
    let absolute = secret.display().to_string();
    for path in [
        "link",
        "up/secret",
        "round",
        &dots,
        &through_listed,
        &absolute,
        "/proc/self/environ",
        "/etc/passwd",
        "~/.ssh/id",
    ] {
        let finding = probe(&file(path, &content), &site).await;
        assert_eq!(finding.verdict, Verdict::Error, "{path}: {finding:#?}");
        assert_eq!(finding.evidence.output, None, "{path}");
    }
    let listed = outside.path().join("listed/inner").display().to_string();
    for path in [
        "inside",
        "./real",
        &folder.path().join("real").display().to_string(),
        &listed,
    ] {
        assert_said(&probe(&file(path, &content), &site).await, Verdict::Pass, "words");
    }
}

#[tokio::test]
async fn pipes_devices_and_huge_files_do_not_hang() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let folder = Folder::new();
    mknodat(
        CWD,
        folder.path().join("pipe"),
        FileType::Fifo,
        Mode::from_raw_mode(0o600),
        0,
    )
    .expect("a pipe");
    std::fs::File::create(folder.path().join("huge"))
        .expect("a file")
        .set_len(1 << 40)
        .expect("sparse");
    let site = open(environment(folder.path()));
    let content = |part: &str| [FileRule::Content(TextRule::Contains(part.to_owned()))];
    assert_said(
        &probe(&file("pipe", &content("x")), &site).await,
        Verdict::Fail,
        "neither a file nor a directory",
    );
    assert_said(
        &probe(&file("huge", &content("x")), &site).await,
        Verdict::Error,
        "too long to be read whole",
    );
}

#[tokio::test]
async fn a_parameter_of_a_path_is_filled_in_and_a_missing_one_is_named() {
    let folder = Folder::new();
    folder.write("backup_1.sql", "x");
    let mut environment = environment(folder.path());
    environment.parameters.insert("NUMBER".to_owned(), "1".to_owned());
    let site = open(environment);
    assert_said(
        &probe(&file("backup_${NUMBER}.sql", &[]), &site).await,
        Verdict::Pass,
        "exists",
    );
    assert_said(
        &probe(&file("backup_$OTHER", &[]), &site).await,
        Verdict::Error,
        "the parameter OTHER has no value",
    );
}

#[tokio::test]
async fn env_lines_are_read_as_compose_reads_them() {
    let folder = Folder::new();
    folder.write(
        ".env",
        "\u{feff}# comment\r\nREDIS_HOST=redis\r\nexport REDIS_PORT = \"6379\" # default\r\nCACHE='a # b'\r\nPOOL=10\r\nPOOL=20\r\n\
         EMPTY=\r\nDB_PASSWORD=hunter2\r\nURL=postgres://u:hunter2@db/x\r\nLATER=${POOL}\r\n",
    );
    let site = open(environment(folder.path()));
    let cases = [
        (
            env_line("REDIS_HOST", Some("redis")),
            Verdict::Pass,
            "REDIS_HOST=redis (line 2)",
        ),
        (
            env_line("REDIS_PORT", Some("6379")),
            Verdict::Pass,
            "REDIS_PORT=6379",
        ),
        (
            env_line("REDIS_PORT", Some("6380")),
            Verdict::Fail,
            "REDIS_PORT is 6379, not 6380 (line 3)",
        ),
        (env_line("CACHE", Some("a # b")), Verdict::Pass, "CACHE=a # b"),
        (
            env_line("POOL", Some("20")),
            Verdict::Warning,
            "set 2 times (lines 5, 6)",
        ),
        (env_line("POOL", Some("10")), Verdict::Fail, "POOL is 20, not 10"),
        (env_line("EMPTY", None), Verdict::Fail, "EMPTY is empty (line 7)"),
        (
            env_line("redis_host", None),
            Verdict::Fail,
            "redis_host is not set in .env (REDIS_HOST is, on line 2)",
        ),
        (
            env_line("LATER", Some("20")),
            Verdict::Error,
            "LATER refers to another variable",
        ),
        (
            env_line("DB_PASSWORD", None),
            Verdict::Pass,
            "DB_PASSWORD is set (line 8; not shown)",
        ),
        (
            env_line("DB_PASSWORD", Some("other")),
            Verdict::Fail,
            "DB_PASSWORD has another value (line 8; not shown)",
        ),
        (env_line("URL", None), Verdict::Pass, "not shown"),
    ];
    for (spec, verdict, part) in cases {
        let finding = probe(&spec, &site).await;
        assert_said(&finding, verdict, part);
        assert!(
            !serde_json::to_string(&finding).expect("json").contains("hunter2"),
            "{finding:#?}"
        );
    }
}

#[tokio::test]
async fn the_content_of_a_private_file_is_judged_and_not_shown() {
    let folder = Folder::new();
    let path = folder.write("app.conf", "user=app\npassphrase=hunter2\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    let site = open(environment(folder.path()));
    for (rule, verdict) in [
        (TextRule::Contains("passphrase".to_owned()), Verdict::Pass),
        (TextRule::Is("hunter".to_owned()), Verdict::Fail),
        (TextRule::Lacks("passphrase".to_owned()), Verdict::Fail),
    ] {
        let finding = probe(&file("app.conf", &[FileRule::Content(rule)]), &site).await;
        assert_eq!(finding.verdict, verdict, "{finding:#?}");
        assert!(
            !serde_json::to_string(&finding).expect("json").contains("hunter2"),
            "{finding:#?}"
        );
    }
}

#[tokio::test]
async fn what_this_user_may_write_is_writable() {
    let folder = Folder::new();
    folder.write("uploads/a.txt", "");
    let site = open(environment(folder.path()));
    let rules = [FileRule::Directory, FileRule::Writable];
    assert_said(
        &probe(&file("uploads", &rules), &site).await,
        Verdict::Pass,
        "can be written",
    );
    assert_said(
        &probe(&file("downloads", &rules), &site).await,
        Verdict::Fail,
        "does not exist",
    );
}
