//! Commands that wait for somebody at a terminal.

use super::run::Run;

/// Why a command needs a terminal, where it does.
pub fn why(run: &Run<'_>) -> Option<String> {
    if run.has(&["--help", "--version"]) {
        return None;
    }
    let name = || run.short();
    if edits(run) {
        return Some(format!("`{}` opens an editor or a pager", name()));
    }
    if shell(run) {
        return Some(format!(
            "`{}` opens a shell and waits for what is typed there",
            name()
        ));
    }
    if password(run) {
        return Some(format!("`{}` asks for a password", name()));
    }
    if logs_in(run) {
        return Some(format!("`{}` asks who you are, or opens a browser", name()));
    }
    confirms(run).then(|| format!("`{}` asks before it goes on", name()))
}

fn edits(run: &Run<'_>) -> bool {
    match run.program {
        "vi" | "vim" | "nvim" | "nano" | "emacs" | "pico" | "visudo" | "subl" | "gedit" | "man" => true,
        "less" | "more" => !run.fed || run.words.is_empty(),
        "crontab" => run.has(&["-e"]),
        "kubectl" | "oc" | "systemctl" => run.starts(&["edit"]),
        "rails" => run.starts(&["credentials:edit"]),
        "ansible-vault" => run.starts(&["edit"]) || run.starts(&["create"]),
        "git" => {
            let commits = run.starts(&["commit"])
                && !run.letter('m')
                && !run.letter('F')
                && !run.letter('C')
                && !run.has(&["--message", "--no-edit", "--file", "--fixup", "--reuse-message"]);
            let chooses = (run.starts(&["rebase"]) && run.has(&["-i", "--interactive"]))
                || (run.starts(&["add"]) && run.has(&["-i", "-p", "--interactive", "--patch"]));
            commits || chooses
        }
        _ => false,
    }
}

/// Shells and the prompts of databases.
fn shell(run: &Run<'_>) -> bool {
    let operands = run.operands();
    let ends_with = |letter: char| {
        let short = |word: &&&str| word.starts_with('-') && !word.starts_with("--");
        run.words.iter().filter(short).any(|word| word.ends_with(letter))
    };
    match run.program {
        "bash" | "sh" | "zsh" | "ash" | "python" | "python3" | "node" | "irb" | "ipython" => {
            !run.fed && (run.words.is_empty() || matches!(run.words[..], ["-i" | "-l" | "--login"]))
        }
        "sudo" => run.has(&["-i", "-s"]) || run.words.is_empty(),
        "su" => !run.has(&["-c", "--command"]),
        "docker" | "podman" | "docker-compose" => {
            run.starts(&["run"]) && run.has(&["-it", "-ti", "--interactive", "--tty"])
                || run.starts(&["attach"])
        }
        "kubectl" | "oc" => (run.starts(&["run"]) || run.starts(&["debug"])) && run.has(&["-it", "-ti"]),
        "ssh" => {
            operands.len() == 1
                && !run.fed
                && !["N", "V", "T", "f"]
                    .iter()
                    .any(|l| run.letter(l.chars().next().unwrap_or('N')))
        }
        "psql" => {
            let told = ends_with('c') || ends_with('f') || ends_with('l');
            let long = ["--command", "--file", "--list", "-V"];
            !run.fed && !told && !run.has(&long)
        }
        "mongosh" | "mongo" => {
            !run.fed
                && !run.has(&["--eval", "--file", "-f"])
                && !operands.iter().any(|word| word.ends_with(".js"))
        }
        "mysql" | "mariadb" => {
            let told = run
                .words
                .iter()
                .any(|word| word.starts_with("-e") || word.starts_with("--execute"));
            !run.fed && !told && !run.has(&["-V", "-?"])
        }
        "redis-cli" | "valkey-cli" => {
            let modes = [
                "--scan",
                "--bigkeys",
                "--memkeys",
                "--pipe",
                "--rdb",
                "--stat",
                "--latency",
                "--eval",
                "--cluster",
            ];
            !run.fed && operands.is_empty() && !run.has(&modes) && !run.has(&["--latency-history", "-v"])
        }
        "sqlite3" => !run.fed && operands.len() < 2,
        "rails" => run.starts(&["console"]) || run.starts(&["c"]) || run.starts(&["dbconsole"]),
        "php" => run.has(&["tinker"]),
        "sftp" | "ftp" | "telnet" => !run.fed && !run.has(&["-b"]),
        "fly" | "flyctl" => run.starts(&["ssh", "console"]) && !run.has(&["-C", "--command"]),
        _ => false,
    }
}

fn password(run: &Run<'_>) -> bool {
    match run.program {
        "mysql" | "mysqldump" | "mysqladmin" | "mariadb" => {
            run.has(&["-p"]) || run.words.contains(&"--password")
        }
        "psql" | "pg_dump" | "pg_restore" => run.has(&["-W"]) || run.words.contains(&"--password"),
        "passwd" | "mysql_secure_installation" => !run.fed,
        "ssh-keygen" => !run.has(&["-N", "-l", "-F", "-R", "-lf", "-y", "-e", "-i"]),
        _ => false,
    }
}

fn logs_in(run: &Run<'_>) -> bool {
    match run.program {
        "npm" | "pnpm" | "yarn" => matches!(run.operands().first(), Some(&("login" | "adduser"))),
        "docker" | "podman" => {
            run.starts(&["login"]) && !run.has(&["--password-stdin", "-p", "--password"]) && !run.fed
        }
        "aws" => (run.starts(&["configure"]) && run.operands().len() == 1) || run.starts(&["sso", "login"]),
        "gcloud" => run.starts(&["init"]) || (run.starts(&["auth", "login"]) && !run.has(&["--cred-file"])),
        "az" => run.starts(&["login"]) && !run.has(&["--service-principal", "--identity"]),
        "gh" => run.starts(&["auth", "login"]) && !run.has(&["--with-token"]),
        "vercel" | "heroku" | "netlify" | "firebase" | "supabase" | "railway" | "wrangler" => {
            run.starts(&["login"])
        }
        "fly" | "flyctl" => run.starts(&["auth", "login"]) || run.starts(&["launch"]),
        "ssh-copy-id" => true,
        _ => false,
    }
}

fn confirms(run: &Run<'_>) -> bool {
    let yes = run.letter('y')
        || run.has(&[
            "--yes",
            "--assume-yes",
            "-qq",
            "--non-interactive",
            "--no-input",
            "--noinput",
            "--force",
        ]);
    let first = run.operands().first().copied().unwrap_or_default();
    match run.program {
        "apt" | "apt-get" | "yum" | "dnf" => {
            matches!(
                first,
                "install" | "upgrade" | "dist-upgrade" | "full-upgrade" | "remove" | "purge" | "autoremove"
            ) && !yes
        }
        "terraform" | "tofu" => {
            let planned = run.operands().len() > 1;
            (first == "apply" && !planned || first == "destroy")
                && !run.has(&["-auto-approve", "--auto-approve"])
        }
        "pulumi" => matches!(first, "up" | "destroy" | "refresh") && !yes,
        "npm" | "pnpm" | "yarn" => first == "init" && !yes && run.operands().len() == 1,
        "certbot" => !yes && !run.has(&["-n", "-q"]) && matches!(first, "" | "certonly" | "run"),
        "python" | "python3" => run.has(&["createsuperuser"]) && !yes,
        "rm" => run.letter('i'),
        "read" => run.has(&["-p"]),
        _ => false,
    }
}
