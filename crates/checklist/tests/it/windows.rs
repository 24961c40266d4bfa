//! Blocks for PowerShell and the command prompt: every command is in the plan, and none is run by a shell that does not know it.

use crate::support::plan;
use checklist::{compile, describe};
use domain::plan::{Check, Work};
use rstest::rstest;

/// The checks of a block in a phase with a box.
fn checks(language: &str, code: &str) -> Vec<Check> {
    let text = format!("## Phase 1: x\n\n- [ ] a\n\n```{language}\n{code}\n```\n");
    plan(&text).sections.remove(0).checks
}

fn only(language: &str, code: &str) -> Check {
    let mut checks = checks(language, code);
    assert_eq!(checks.len(), 1, "{code}");
    checks.remove(0)
}

#[rstest]
#[case("powershell")]
#[case("PowerShell")]
#[case("pwsh")]
#[case("ps1")]
#[case("cmd")]
#[case("bat")]
#[case("batch")]
fn each_command_of_a_block_for_windows_is_in_the_plan(#[case] language: &str) {
    let found = checks(
        language,
        "iisreset /stop\ndotnet publish -c Release\niisreset /start",
    );
    let texts: Vec<&str> = found.iter().map(|check| check.text.as_str()).collect();
    assert_eq!(
        texts,
        ["iisreset /stop", "dotnet publish -c Release", "iisreset /start"]
    );
}

#[rstest]
#[case("powershell", "Get-Service W3SVC")]
#[case("powershell", "Test-Path D:\\Apps\\Wms\\web.config")]
#[case("powershell", "Test-NetConnection sql01 -Port 1433")]
#[case("cmd", "dir C:\\inetpub")]
#[case("cmd", "type web.config")]
#[case("cmd", "where dotnet")]
fn a_command_that_is_known_to_read_says_so_and_is_somebodys_word(
    #[case] language: &str,
    #[case] command: &str,
) {
    let check = only(language, command);
    assert_eq!(check.work, Work::Attestation, "{command}");
    assert!(check.why.contains("reads only"), "{}", check.why);
    assert!(
        check.why.contains("the environment's shell does not understand"),
        "{}",
        check.why
    );
}

#[rstest]
#[case("powershell", "Remove-Item D:\\Apps -Recurse -Force")]
#[case("powershell", "Set-Content a.txt x")]
#[case("powershell", "iisreset")]
#[case("powershell", "Get-Process | Stop-Process")]
#[case("powershell", "Get-Item (Remove-Item x)")]
#[case("powershell", "Get-Content $(Remove-Item x)")]
#[case("powershell", "Get-Content x > y")]
#[case("powershell", "Get-Service; Stop-Service W3SVC")]
#[case("powershell", "git status; Remove-Item x")]
#[case("powershell", "$x = Get-Service")]
#[case("powershell", "if (Test-Path x) { Remove-Item x }")]
#[case("powershell", "Get-Item x `\n  | Remove-Item")]
#[case("cmd", "del /q C:\\old")]
#[case("cmd", "type a.txt > b.txt")]
#[case("cmd", "dir & del x")]
#[case("cmd", "type %FILE%")]
#[case("cmd", "ipconfig /release")]
#[case("cmd", "hostname other")]
fn any_other_command_counts_as_changing_and_is_somebodys_word(#[case] language: &str, #[case] command: &str) {
    let check = only(language, command);
    assert_eq!(check.work, Work::Attestation, "{command}");
    assert!(check.why.contains("counts as changing"), "{}", check.why);
}

#[rstest]
#[case("docker compose up -d web", "action")]
#[case("npm ci", "action")]
#[case("kubectl apply -f k8s.yaml", "action")]
#[case("curl.exe http://localhost:8000/health", "GET http://localhost:8000/health")]
#[case("dotnet --version", ".NET answers")]
fn a_tool_in_plain_words_is_what_it_is_in_any_shell(#[case] command: &str, #[case] expected: &str) {
    let shown = match only("powershell", command).work {
        Work::Action { .. } => "action".to_owned(),
        Work::Probe { spec } => describe::probe(&spec),
        other => format!("{other:?}"),
    };
    assert!(shown.contains(expected), "{command}: {shown}");
}

#[rstest]
#[case("git log -1")]
#[case("kubectl get pods")]
#[case("git stash list # should be empty")]
#[case("git -C C:\\app status --porcelain # is empty")]
#[case("npm ls --depth=0")]
#[case("docker ps --format \"{{.Names}}\" # should contain `web`")]
fn no_command_of_a_block_for_windows_is_a_shell_probe(#[case] command: &str) {
    let check = only("powershell", command);
    if let Work::Probe { spec } = &check.work {
        assert!(describe::native(spec), "{command}: {spec:?}");
    }
}

#[test]
fn behind_a_change_of_directory_or_variable_a_tool_is_somebodys_word() {
    for before in [
        "cd api",
        "Set-Location api",
        "$env:NODE_ENV = \"production\"",
        "Push-Location x",
    ] {
        let found = checks("powershell", &format!("{before}\ndocker compose up -d"));
        assert_eq!(found[1].work, Work::Attestation, "{before}");
    }
    let found = checks("bat", "set NODE_ENV=production\nnpm ci");
    assert_eq!(found[1].work, Work::Attestation);
}

#[test]
fn comments_prompts_and_continued_lines_are_read_as_the_shell_of_the_block_does() {
    let code = "<# Stops the site\n   and waits #>\n# Stop it\nStop-WebAppPool `\n  -Name Wms\n\nGet-Service |\n  Where-Object {\n    $_.Status -eq 'Running'\n  }\nif ($ok) {\n  a\n}\nelse {\n  b\n}\n";
    let texts: Vec<String> = checks("powershell", code)
        .into_iter()
        .map(|check| check.text)
        .collect();
    assert_eq!(
        texts,
        [
            "Stop-WebAppPool `\n  -Name Wms",
            "Get-Service |\n  Where-Object {\n    $_.Status -eq 'Running'\n  }",
            "if ($ok) {\n  a\n}\nelse {\n  b\n}"
        ]
    );
    let texts = |language, code| -> Vec<String> {
        checks(language, code)
            .into_iter()
            .map(|check| check.text)
            .collect()
    };
    assert_eq!(
        texts(
            "bat",
            "@echo off\nREM stop\n:: stop\nnet stop Wms\n:end\nxcopy a ^\n  b"
        ),
        ["net stop Wms", "xcopy a ^\n  b"]
    );
    assert_eq!(
        texts(
            "powershell",
            "PS C:\\app> Get-Service\nRunning\nPS C:\\app> iisreset"
        ),
        ["Get-Service", "iisreset"]
    );
    assert_eq!(texts("cmd", "C:\\app>dir\n a b"), ["dir"]);
}

#[test]
fn without_any_box_what_changes_something_is_a_step() {
    let plan = plan(
        "# Deployment\n\n## Deployment\n\n```powershell\n# Stop the site\nStop-WebAppPool -Name Wms\nGet-Service W3SVC\n```\n",
    );
    let items: Vec<&str> = plan.items().map(|item| item.text.as_str()).collect();
    assert_eq!(items, ["Stop the site: `Stop-WebAppPool -Name Wms`"]);
    assert!(plan.items().all(|item| item.work == Work::Attestation));
}

#[rstest]
#[case("powershell", "$env:DB_PASSWORD = \"kQ7mX2vT9wLz4RbN8p\"")]
#[case("bat", "set DB_PASSWORD=kQ7mX2vT9wLz4RbN8p")]
fn a_password_in_such_a_block_is_found(#[case] language: &str, #[case] code: &str) {
    let text = format!("## Phase 1: x\n\n- [ ] a\n\n```{language}\n{code}\n```\n");
    let found = compile(text.as_bytes()).diagnostics;
    assert!(found.iter().any(|found| found.code == "GNG030"), "{found:#?}");
}

#[test]
fn an_annotation_before_such_a_command_is_about_it() {
    let check = only(
        "powershell",
        "# gonogo: id pool-stopped\nStop-WebAppPool -Name Wms",
    );
    assert_eq!(check.id.0, "pool-stopped");
}
