//! A block of `KEY=value` lines below words about environment variables asks that each is set.

use crate::support::plan;
use checklist::describe;
use domain::plan::Work;
use rstest::rstest;

/// The checks of a document, in words.
fn checks(text: &str) -> Vec<String> {
    let plan = plan(text);
    let checks = plan.sections.iter().flat_map(|section| &section.checks);
    checks
        .map(|check| match &check.work {
            Work::Probe { spec } => describe::probe(spec),
            other => format!("{}: {}", other.word(), check.text),
        })
        .collect()
}

#[rstest]
#[case("## Environment Variables\n\n```env\nNODE_ENV=production\n```")]
#[case("## Preflight\n\nSet these environment variables:\n\n```dotenv\nNODE_ENV=\"production\"\n```")]
#[case("## Preflight\n\n**Environment variables**\n\n```\nNODE_ENV=production # the mode\n```")]
#[case(
    "## Preflight\n\n- [ ] All environment variables are set:\n\n  ```properties\n  export NODE_ENV=production\n  ```"
)]
#[case("## Preflight\n\nCreate `.env`:\n\n```\n# the mode\nNODE_ENV = production\n```")]
#[case("## Umgebungsvariablen\n\n```env\nNODE_ENV=production\n```")]
#[case("## 环境变量\n\n```env\nNODE_ENV=production\n```")]
fn each_line_of_such_a_block_is_a_check(#[case] text: &str) {
    assert_eq!(
        checks(&format!("# T\n\n{text}\n")),
        ["NODE_ENV in .env is production"]
    );
}

#[rstest]
#[case("JWT_SECRET=f3Zq81LmX0pVb7Ny")]
#[case("DB_PASSWORD=hunter2")]
#[case("STRIPE_KEY=sk_live_xxx")]
#[case("APP_KEY=base64abc")]
#[case("API_HOST=your-host")]
#[case("DATABASE_URL=postgres://app:app@localhost/app")]
#[case("SMTP_USER=ada")]
#[case("PORT=<port>")]
#[case("PORT=____")]
#[case("PORT=")]
#[case("PORT=$PORT")]
fn of_a_placeholder_a_secret_or_an_address_only_the_presence_is_asked(#[case] line: &str) {
    let key = line.split('=').next().expect("a key");
    let text = format!("## Environment variables\n\n```env\n{line}\n```\n");
    assert_eq!(checks(&text), [format!("{key} in .env is set")]);
    let plan = plan(&text);
    assert_eq!(plan.sections[0].checks[0].text, key);
}

#[test]
fn a_variable_with_two_values_in_a_document_is_an_example() {
    let text = "## Environment variables\n\nDevelopment:\n\n```env\nNODE_ENV=development\nPORT=3000\n```\n\nProduction:\n\n```env\nNODE_ENV=production\nPORT=3000\n```\n";
    let found = checks(text);
    assert_eq!(found[0], "NODE_ENV in .env is set");
    assert_eq!(found[1], "PORT in .env is 3000");
}

#[test]
fn the_file_is_the_one_that_the_words_name_and_what_is_optional_is_not_asked() {
    let text = "## Preflight\n\nEnvironment variables in `.env.production`:\n\n```\nA_MODE=on\n# optional\nB_MODE=on\n\nC_MODE=on  # optional\n```\n";
    assert_eq!(checks(text), ["A_MODE in .env.production is on"]);
}

#[rstest]
#[case("## Configuration\n\n```env\nNODE_ENV=production\n```")]
#[case("## Environment variables\n\n```env\nNODE_ENV=production\nname: x\n```")]
#[case("## Environment variables\n\n```properties\nserver.port=8080\n```")]
#[case("## Environment variables (Vercel)\n\n```env\nNODE_ENV=production\n```")]
#[case("## Environment variables\n\nIn the dashboard:\n\n```env\nNODE_ENV=production\n```")]
#[case("## Environment variables\n\nCopy `.env.example`:\n\n```env\nNODE_ENV=production\n```")]
#[case("## Environment variables\n\n**Must not contain:**\n\n```env\nDEBUG=true\n```")]
#[case("## Rollback\n\nEnvironment variables:\n\n```env\nNODE_ENV=production\n```")]
#[case("## Environment variables reference\n\n```env\nNODE_ENV=production\n```")]
fn any_other_block_asks_nothing(#[case] text: &str) {
    assert_eq!(checks(&format!("# T\n\n{text}\n")), Vec::<String>::new());
}
