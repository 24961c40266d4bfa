//! Linters and scanners that look at files, images and dependencies.

use super::Effect;
use super::tool::{Tool, guarded, tool};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Tools that check.
#[rustfmt::skip] // a row is a tool
pub const TOOLS: &[Tool] = &[
    tool("shellcheck|hadolint|yamllint|actionlint|tfsec|jsonlint|dotenv-linter|kubeval|kubeconform|kube-score|kube-linter|pluto|dockle", "", &["*"]),
    guarded("trivy", "-q --quiet --debug --cache-dir= --severity=", &["image|fs|filesystem|config|repo|repository|rootfs|sbom"], "-o --output --config --reset --clear-cache --download-db-only --module-dir"),
    guarded("grype|syft", "-q -v", &["*"], "-o --output --file --config -c"),
    guarded("snyk", "", &["test|whoami|version", "container|code|iac test"], "--json-file-output --sarif-file-output -p"),
    guarded("gitleaks", "", &["detect|dir|git|protect|version"], "-r --report-path --config -c"),
    guarded("trufflehog", "", &["git|filesystem|github"], "--config"),
    guarded("bandit", "", &["*"], "-o --output -c --configfile --ini"),
    guarded("tflint", "", &["."], "--init --fix --config -c --chdir"),
    guarded("checkov", "", &["-d|-f|--directory|--file"], "-o --output --output-file-path --external-checks-dir --external-checks-git --config-file"),
    guarded("black|isort", "", &["--check|--check-only|-c|--diff"], "--overwrite-in-place --config --settings-file --settings-path --workers"),
    guarded("ruff", "", &["check +--no-fix", "rule|version", "format +--check"], "--fix --fix-only --unsafe-fixes -o --output-file --config --add-noqa -w --watch"),
    guarded("flake8", "", &["*"], "--output-file --tee --config --append-config"),
    tool("eslint|prettier|stylelint|mypy|pylint|pyright|semgrep|sonar-scanner|biome|oxlint|tslint|xo|djlint|sqlfluff|vale|cspell|htmlhint|zaproxy|zap-cli|zap-baseline.py|nuclei|nikto|nmap|sqlmap|burp|wpscan|owasp-zap|dependency-check|lynis|clamscan|rkhunter|aide|oscap|testssl.sh|testssl|sslscan|sslyze|ssllabs-scan|cosign|notation", "", &["--version|-v|-V|version !", "verify"]),
];

/// The options with which a checker only reads, beside those of its row; `=` where a value follows or is attached.
#[rustfmt::skip] // a row is a checker
const OPTIONS: &[(&str, &str)] = &[
    ("shellcheck", "-x -a -s= --shell= -S= --severity= -e= --exclude= -f= --format= --color= -C -V --version"),
    ("hadolint", "--failure-threshold= --ignore= -f= --format= --no-fail --no-color -v --version"),
    ("yamllint", "-s --strict -f= --format= --no-warnings -v --version"),
    ("actionlint", "-color -no-color -oneline -verbose -version"),
    ("tfsec", "--soft-fail --no-color --minimum-severity= -m= -v --version"),
    ("jsonlint", "-q --quiet -c --compact"),
    ("dotenv-linter", "-q --quiet -r --recursive --no-color -v --version"),
    ("kubeval|kubeconform|kube-score|kube-linter|pluto", "--strict -strict -summary --ignore-missing-schemas -ignore-missing-schemas -verbose -v --version -d= -o= -output="),
    ("dockle", "--exit-code= --exit-level= -f= --format= --version"),
    ("trivy", "-q --quiet --debug --severity= -s= --exit-code= --ignore-unfixed --scanners= --vuln-type= --pkg-types= --no-progress -f= --format= --skip-db-update --offline-scan --skip-dirs= --skip-files="),
    ("grype|syft", "-q -v --quiet --fail-on= -f= --only-fixed --version"),
    ("snyk", "--severity-threshold= --all-projects --fail-on= --json --sarif --dev -d --file= --org= --prune-repeated-subdependencies"),
    ("gitleaks", "--no-git -v --verbose --redact --no-banner -s= --source= --no-color -l= --log-level= --exit-code= --staged --log-opts="),
    ("trufflehog", "--only-verified --no-update --json -j --fail --no-verification --since-commit= --branch="),
    ("bandit", "-r --recursive -q --quiet -l -ll -lll -i -ii -iii -x= --exclude= -s= --skip= -t= --tests= -f= --format= --severity-level= --confidence-level= --version"),
    ("tflint", "--recursive --no-color --format= -f= --minimum-failure-severity= --version -v"),
    ("checkov", "-d= --directory= -f= --file= --quiet --compact --framework= --check= --skip-check= -c= -s --soft-fail"),
    ("black|isort", "--check --check-only -c --diff -q --quiet -l= --line-length= --color --no-color --exclude= --profile= -t= --target-version= --verbose -v"),
    ("ruff", "--no-fix --check --diff --select= --ignore= --exclude= --output-format= -q --quiet --no-cache -n --line-length= --target-version= --statistics --show-files"),
    ("flake8", "--count --select= --ignore= --extend-ignore= --max-line-length= --max-complexity= --statistics --show-source --exclude= --exit-zero -q --version"),
    ("pip|pip3|pipx", "--outdated -o --format= --local -l --user --not-required --verbose -v -q --files -f --all -V --version --uptodate --editable -e --pre"),
];

/// [`OPTIONS`] by the name of the checker.
static BY_NAME: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let rows = OPTIONS.iter().rev();
    rows.flat_map(|(names, options)| names.split('|').map(move |name| (name, *options)))
        .collect()
});

/// An option that a checker is not known to read with.
pub fn strange(name: &str, words: &[&str]) -> Option<Effect> {
    let options = BY_NAME.get(name)?;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') || *word == "-" {
            continue;
        }
        let (option, attached) = word
            .split_once('=')
            .map_or((*word, false), |(option, _)| (option, true));
        let known = options
            .split(' ')
            .find(|known| known.trim_end_matches('=') == option);
        match known {
            Some(known) if known.ends_with('=') && !attached => {
                words.next();
            }
            Some(known) if known.ends_with('=') || !attached => {}
            Some(_) | None => {
                return Some(Effect::unknown(format!(
                    "`{option}` of `{name}` is not known to read only"
                )));
            }
        }
    }
    None
}
