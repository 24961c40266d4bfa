//! Linters and scanners that look at files, images and dependencies.

use super::tool::{Tool, guarded, tool};

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
    guarded("ruff", "", &["check|rule|version", "format +--check"], "--fix --fix-only --unsafe-fixes -o --output-file --config --add-noqa -w --watch"),
    guarded("flake8", "", &["*"], "--output-file --tee --config --append-config"),
    tool("eslint|prettier|stylelint|mypy|pylint|pyright|semgrep|sonar-scanner|biome|oxlint|tslint|xo|djlint|sqlfluff|vale|cspell|htmlhint|zaproxy|zap-cli|zap-baseline.py|nuclei|nikto|nmap|sqlmap|burp|wpscan|owasp-zap|dependency-check|lynis|clamscan|rkhunter|aide|oscap|testssl.sh|testssl|sslscan|sslyze|ssllabs-scan|cosign|notation", "", &["--version|-v|-V|version !", "verify"]),
];
