//! Programs that dial nobody.

use crate::classify;

/// Programs that dial nobody, whatever their arguments are.
#[rustfmt::skip] // names in rows
const LOCAL: &[&str] = &[
    "sed", "awk", "gawk", "mawk", "sort", "uniq", "jq", "yq", "date", "find", "tar", "file", "lsof", "base64", "base32", "tree",
    "xxd", "rg", "sysctl", "kill", "ss", "ip", "ifconfig", "hostname", "sqlite3", "crontab",
    "ufw", "iptables", "ip6tables", "nft", "firewall-cmd", "fail2ban-client", "getenforce", "sestatus", "aa-status",
    "apparmor_status", "iptables-save", "ip6tables-save", "atq", "swapon", "ulimit", "umask", "mount", "fdisk", "sfdisk",
    "parted", "smartctl", "nvidia-smi", "lvs", "vgs", "pvs", "lvdisplay", "vgdisplay", "pvdisplay", "zpool", "zfs", "dmesg",
    "iostat", "mpstat", "pidstat", "lsmod", "lspci", "lsusb", "modinfo", "findmnt", "pstree", "pmap", "pwdx", "ipcs", "sensors",
    "arch", "locale", "tty", "cal", "lslogins", "lsns", "lsmem", "lshw", "sar", "last", "lastb", "lastlog", "top", "passwd",
    "chage", "dpkg", "apt-cache", "nginx", "openresty", "angie", "apachectl", "apache2ctl", "httpd", "apache2", "caddy",
    "haproxy", "traefik", "sshd", "visudo", "php-fpm", "php-fpm8.1", "php-fpm8.2", "php-fpm8.3", "php-fpm8.4",
    "named-checkconf", "named-checkzone", "logrotate", "service", "rc-service", "mailq", "postqueue", "ssh-keygen", "ssh-add",
    "gzip", "gunzip", "pigz", "zstd", "xz", "bzip2", "lz4", "zcat", "bzcat", "xzcat", "zstdcat", "lz4cat", "gzcat", "zgrep",
    "zegrep", "bzgrep", "xzgrep", "zdiff", "zcmp", "unzip", "zipinfo", "7z", "7za", "unrar", "ar", "jar", "zip", "pg_controldata",
    "pg_verifybackup", "pg_config", "pg_lsclusters", "node", "nodejs", "shellcheck", "hadolint", "yamllint", "actionlint",
    "jsonlint", "black", "isort", "flake8", "bandit", "ruff", "gofmt", "rustc", "stapler", "signtool",
    "spctl", "codesign", "jarsigner", "apksigner", "bundletool", "getconf", "tasklist", "systeminfo", "findstr", "ver",
    "ipconfig", "icacls", "certbot", "tsc", "rustup", "ctest", "pg_restore", "pm2", "xcodebuild",
];

/// Whether a program dials nobody, whatever its arguments are.
pub fn always(name: &str) -> bool {
    classify::only_reads(name) || LOCAL.contains(&name)
}

/// Whether a program runs a text that it is given, or other programs.
pub fn runs_code(name: &str) -> bool {
    let known = [
        "sed", "awk", "gawk", "mawk", "find", "rg", "sort", "tar", "node", "nodejs", "python", "python3",
        "py", "php",
    ];
    known.contains(&name)
}

/// Whether a form of a program dials nobody.
pub fn form(name: &str, words: &[&str]) -> bool {
    let words: Vec<&str> = words.iter().copied().take(3).collect();
    match (name, words.as_slice()) {
        ("git", words) => git(words),
        ("command", ["-v", ..]) => true,
        ("openssl", [first, ..]) => {
            matches!(
                *first,
                "x509" | "rsa" | "crl" | "req" | "ec" | "pkey" | "version" | "verify" | "dgst" | "ciphers"
            )
        }
        ("python" | "python3" | "py", ["-c" | "--version" | "-V", ..] | ["-m", "json.tool" | "site", ..]) => {
            true
        }
        ("gpg" | "gpg2", [first, ..]) => {
            first.starts_with("--list") || *first == "--verify" || *first == "-k"
        }
        ("php", ["-v" | "-m" | "-l" | "-i" | "--version" | "--ri", ..]) => true,
        ("promtool" | "amtool", ["check" | "check-config" | "--version", ..]) => true,
        _ => false,
    }
}

/// Looks into the repository; `ls-remote`, `remote show` and `lfs` ask the other side.
fn git(words: &[&str]) -> bool {
    let words = match words {
        ["-C", _, rest @ ..] | ["--no-pager", rest @ ..] => rest,
        words => words,
    };
    match words {
        ["remote", rest @ ..] => !rest.contains(&"show"),
        [first, ..] => matches!(
            *first,
            "status"
                | "log"
                | "diff"
                | "show"
                | "rev-parse"
                | "describe"
                | "ls-files"
                | "ls-tree"
                | "blame"
                | "shortlog"
                | "rev-list"
                | "grep"
                | "cat-file"
                | "merge-base"
                | "whatchanged"
                | "count-objects"
                | "for-each-ref"
                | "show-ref"
                | "version"
                | "--version"
                | "name-rev"
                | "cherry"
                | "check-ignore"
                | "check-attr"
                | "diff-tree"
                | "diff-index"
                | "diff-files"
                | "range-diff"
                | "show-branch"
                | "branch"
                | "tag"
                | "stash"
                | "worktree"
                | "notes"
                | "config"
                | "submodule"
                | "symbolic-ref"
                | "reflog"
                | "fsck"
                | "bundle"
                | "bisect"
        ),
        [] => false,
    }
}
