//! What a command leaves behind, by its words.

/// What would have to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Nothing that stopping, starting and restoring settings do not take back.
    Passing,
    /// Another version: of the work tree, of an image, of packages.
    Version,
    /// Another schema, or other data.
    Data,
    /// Something is gone.
    Loss,
}

/// SQL and tools that throw something away.
const LOSSES: &[&str] = &[
    "drop table",
    "drop database",
    "drop schema",
    "drop column",
    "drop index",
    "dropdb",
    "truncate",
    "delete from",
    "flushall",
    "flushdb",
    "volume rm",
    "volume prune",
    "system prune",
    "image prune",
    "image rm",
    "rmi ",
    "down -v",
    "down --volumes",
    "--rmi",
    "destroy",
    "kubectl delete",
    "helm uninstall",
    "shred ",
    "mkfs",
    "git clean",
];

/// SQL and tools that change a schema or data.
const DATA: &[&str] = &[
    "migrat",
    "alembic",
    "flyway",
    "liquibase",
    "db push",
    "db:migrate",
    "db:schema",
    "db:seed",
    "db:setup",
    "db:reset",
    "alter table",
    "create table",
    "create index",
    "create unique index",
    "create extension",
    "insert into",
    "reindex",
    "initdb",
];

/// Words of a command that looks like the above, and only looks or tries.
const LOOKS: &[&str] = &[
    "analyze",
    "status",
    "dry-run",
    "check",
    "plan",
    "showmigrations",
    "history",
    "current",
    "validate",
    "list",
    "explain",
];

/// What brings another version.
const VERSIONS: &[&str] = &[
    "git checkout",
    "git switch",
    "git pull",
    "git merge",
    "git reset",
    "--build",
    "compose build",
    "docker build",
    "docker-compose build",
    "compose pull",
    "docker-compose pull",
    "docker pull",
    "docker load",
    "kubectl apply",
    "kubectl set",
    "helm upgrade",
    "pip install",
    "npm install",
    "npm ci",
    "yarn install",
    "bundle install",
    "apt-get install",
    "apt install",
    "make install",
    "rsync ",
];

/// What leads to an earlier version.
const EARLIER_VERSIONS: &[&str] = &[
    "git checkout",
    "git switch",
    "git reset",
    "git revert",
    "rollout undo",
    "helm rollback",
    "docker tag",
    "docker load",
    "kubectl set image",
];

/// What takes a migration back.
const BACKWARDS: &[&str] = &["rollback", "downgrade", "revert", "undo", "down"];

/// What each part of a command leaves behind.
pub(super) fn effects(command: &str) -> Vec<Effect> {
    let parts = command.split(['\n', ';']).flat_map(|part| part.split("&&"));
    parts.flat_map(|part| part.split("||")).map(effect).collect()
}

fn effect(part: &str) -> Effect {
    let lower = plain(part);
    if has(&lower, LOSSES) || removes(&lower) {
        Effect::Loss
    } else if changes_data(&lower) || restores(&lower) {
        Effect::Data
    } else if has(&lower, VERSIONS) {
        Effect::Version
    } else {
        Effect::Passing
    }
}

/// Whether a command of a way back takes such an effect back.
pub(super) fn takes_back(command: &str, done: Effect) -> bool {
    let lower = plain(command);
    let backwards = || {
        lower
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| BACKWARDS.contains(&word))
    };
    match done {
        Effect::Passing => true,
        Effect::Version => has(&lower, EARLIER_VERSIONS) || lower.contains("rollback") && !has(&lower, DATA),
        Effect::Data => restores(&lower) || changes_data(&lower) && backwards(),
        // Only a copy brings back what is gone.
        Effect::Loss => restores(&lower),
    }
}

fn has(lower: &str, words: &[&str]) -> bool {
    words.iter().any(|word| lower.contains(word))
}

fn changes_data(lower: &str) -> bool {
    let mut words = lower.split(' ').map(|word| word.trim_start_matches('-'));
    let looks = words.any(|word| LOOKS.contains(&word));
    let sets = lower.contains("update ") && lower.contains(" set ");
    (has(lower, DATA) || sets) && !looks
}

impl Effect {
    /// "it …".
    pub(super) fn words(self) -> &'static str {
        match self {
            Effect::Passing => "changes something",
            Effect::Version => "brings another version",
            Effect::Data => "changes the schema or data",
            Effect::Loss => "throws something away",
        }
    }
}

/// In lower case, with one space between words.
fn plain(command: &str) -> String {
    let words = command.split_whitespace();
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

/// `rm`, as a word of its own where a command begins.
fn removes(lower: &str) -> bool {
    lower
        .split(['|', ';', '&', '('])
        .any(|part| part.trim_start_matches("sudo ").trim_start().starts_with("rm "))
}

/// A dump is read into a database.
fn restores(lower: &str) -> bool {
    let reads = |client: &str| {
        lower.find(client).is_some_and(|at| {
            let after = &lower[at..];
            after.contains(" <") || after.contains(" -f ") || after.contains("--file")
        }) || lower.split('|').skip(1).any(|part| part.contains(client))
    };
    lower.contains("pg_restore") || reads("psql") || reads("mysql") || reads("mongorestore")
}

#[cfg(test)]
mod tests {
    use super::{Effect, effects, takes_back};
    use rstest::rstest;

    #[rstest]
    #[case("docker-compose up -d redis", Effect::Passing)]
    #[case("mkdir -p config/redis", Effect::Passing)]
    #[case("sed -i s/a/b/ .env", Effect::Passing)]
    #[case("apt-get update", Effect::Passing)]
    #[case("cp .env .env.backup", Effect::Passing)]
    #[case("pg_dump postgres > backup.sql", Effect::Passing)]
    #[case("docker-compose up -d --build backend", Effect::Version)]
    #[case("git pull && systemctl restart app", Effect::Version)]
    #[case("pip install -r requirements.txt", Effect::Version)]
    #[case("python -m src.db.migrations.performance_optimization apply", Effect::Data)]
    #[case(
        "python -m src.db.migrations.performance_optimization analyze",
        Effect::Passing
    )]
    #[case("python manage.py migrate --plan", Effect::Passing)]
    #[case("python manage.py migrate --plan; python manage.py migrate", Effect::Data)]
    #[case("alembic upgrade head", Effect::Data)]
    #[case("python migrate_history.py", Effect::Data)]
    #[case("psql -c \"UPDATE users SET old = true\"", Effect::Data)]
    #[case("psql shop < migration.sql", Effect::Data)]
    #[case("psql -c \"DROP  TABLE users\"", Effect::Loss)]
    #[case("docker compose down -v", Effect::Loss)]
    #[case("cd /srv && rm -rf cache", Effect::Loss)]
    #[case("redis-cli FLUSHALL", Effect::Loss)]
    fn a_command_leaves_behind_what_its_words_say(#[case] command: &str, #[case] left: Effect) {
        let worst = effects(command).into_iter().max();
        assert_eq!(worst, Some(left), "{command}");
    }

    #[rstest]
    #[case("docker-compose restart backend", [true, false, false, false])]
    #[case("git checkout \"$GONOGO_PREVIOUS_COMMIT\"", [true, true, false, false])]
    #[case("kubectl rollout undo deployment/web", [true, true, false, false])]
    #[case("python -m src.db.migrations.performance_optimization rollback", [true, false, true, false])]
    #[case("alembic downgrade -1", [true, false, true, false])]
    #[case("alembic upgrade head", [true, false, false, false])]
    #[case("bin/rails db:migrate:status", [true, false, false, false])]
    #[case("psql shop < backup.sql", [true, false, true, true])]
    #[case("gunzip -c backup.sql.gz | docker compose exec -T db psql shop", [true, false, true, true])]
    #[case("pg_restore -d shop shop.dump", [true, false, true, true])]
    #[case("psql -c \"SELECT 1\"", [true, false, false, false])]
    fn a_step_takes_back_what_its_words_say(#[case] command: &str, #[case] takes: [bool; 4]) {
        let all = [Effect::Passing, Effect::Version, Effect::Data, Effect::Loss];
        assert_eq!(all.map(|effect| takes_back(command, effect)), takes, "{command}");
    }
}
