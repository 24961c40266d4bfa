//! Webhooks of an environment: their addresses and keys are secrets, and only they are told.

use crate::support::{context, environment};
use domain::environment::{Class, Environment, Webhook, WebhookForm};
use probe::{Hook, Prober, Site};
use std::collections::BTreeMap;
use std::path::Path;
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY: &str = "0123456789abcdef-key";

fn declared(form: WebhookForm) -> Webhook {
    Webhook {
        name: "ops".to_owned(),
        form,
        url: "$HOOK".to_owned(),
        events: Vec::new(),
        secret: (form == WebhookForm::Signed).then(|| "${KEY}".to_owned()),
        plain_http: false,
    }
}

/// A production environment with this webhook, at this address.
fn at(url: &str, webhooks: Vec<Webhook>) -> Result<Site, String> {
    let secrets = ["HOOK", "KEY"].map(|name| (name.to_owned(), format!("env:{name}")));
    let environment = Environment {
        class: Class::Production,
        webhooks,
        secrets: BTreeMap::from(secrets),
        ..environment(Path::new("/srv"))
    };
    let variables = |name: &str| match name {
        "HOOK" => Some(url.to_owned()),
        "KEY" => Some(KEY.to_owned()),
        _ => None,
    };
    Site::open(environment, &variables).map_err(|why| why.to_string())
}

fn hook(url: &str) -> Hook {
    let site = at(url, vec![declared(WebhookForm::Signed)]).expect("a site");
    site.hooks[0].clone()
}

#[test]
fn a_webhook_that_cannot_be_used_is_refused_with_the_key_and_without_its_address() {
    let plain = |change: &dyn Fn(&mut Webhook)| {
        let mut webhook = declared(WebhookForm::Slack);
        change(&mut webhook);
        vec![webhook]
    };
    let none = |_: &mut Webhook| ();
    let https = "https://hooks.example/T0/secret-part";
    let cases = [
        at("http://hooks.example/T0/secret-part", plain(&none)),
        at("https://169.254.169.254/secret-part", plain(&none)),
        at("https://[fd00:ec2::254]/secret-part", plain(&none)),
        at("redis://hooks.example/secret-part", plain(&none)),
        at("hooks.example/secret-part", plain(&none)),
        at(https, plain(&|webhook| webhook.url = https.to_owned())),
        at(https, plain(&|webhook| webhook.url = "$OTHER".to_owned())),
        at(https, plain(&|webhook| webhook.secret = Some("$KEY".to_owned()))),
        at(https, plain(&|webhook| webhook.form = WebhookForm::Signed)),
        at(https, plain(&|webhook| webhook.name = " ".to_owned())),
        at(https, [plain(&none), plain(&none)].concat()),
    ];
    let told: Vec<String> = cases
        .into_iter()
        .map(|case| case.expect_err("it is refused"))
        .collect();
    assert!(!told.iter().any(|text| text.contains("secret-part")), "{told:?}");
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn plain_http_is_for_this_machine_or_for_whoever_asks_for_it() {
    assert!(at("http://127.0.0.1:9/x", vec![declared(WebhookForm::Slack)]).is_ok());
    let asked = Webhook {
        plain_http: true,
        ..declared(WebhookForm::Slack)
    };
    assert!(at("http://hooks.example/x", vec![asked]).is_ok());
}

#[test]
fn what_a_webhook_names_is_masked_and_handed_to_no_command() {
    let site = at(
        "https://hooks.example/T0/secret-part",
        vec![declared(WebhookForm::Signed)],
    )
    .expect("a site");
    assert!(!site.has_variable("HOOK") && !site.has_variable("KEY"));
    assert_eq!(
        site.secrets
            .mask(&format!("to https://hooks.example/T0/secret-part with {KEY}")),
        "to [HOOK hidden] with [KEY hidden]"
    );
    let shown = format!("{site:?}");
    assert!(!shown.contains("secret-part") && !shown.contains(KEY), "{shown}");
}

/// As Python's `hmac` computes it.
#[test]
fn the_signature_is_hmac_over_the_time_and_the_body() {
    assert_eq!(
        hook("https://hooks.example/")
            .signature(1_700_000_000, "{\"a\":1}")
            .as_deref(),
        Some("t=1700000000,v1=5dee649719c614c59684367e4bc02f4084affd0b3b1872b29cbcc676e2e1f0d8")
    );
}

#[tokio::test]
async fn a_webhook_is_told_by_one_post_and_any_other_status_is_an_error_in_words() {
    let server = MockServer::start().await;
    let answers = |status: u16| {
        Mock::given(method("POST"))
            .and(path(format!("/{status}")))
            .and(header("content-type", "application/json"))
            .and(header("gonogo-delivery", "7"))
            .and(body_string("{}"))
            .respond_with(ResponseTemplate::new(status).insert_header("location", "/200"))
            .expect(1)
    };
    let mut told = Vec::new();
    for status in [200, 204, 307, 404, 500] {
        answers(status).mount(&server).await;
        let hook = hook(&format!("{}/{status}", server.uri()));
        let fields = [("gonogo-delivery", "7".to_owned())];
        told.push(Prober::new(context()).tell(&hook, &fields, "{}".to_owned()).await);
    }
    let shown: Vec<String> = told
        .into_iter()
        .map(|told| told.map_or_else(|why| why, |()| "told".to_owned()))
        .collect();
    assert_eq!(
        shown,
        [
            "told",
            "told",
            "answered 307, a redirect, which is not followed: write the address that it leads to",
            "answered 404",
            "answered 500",
        ]
    );
}

#[test]
fn an_address_that_is_never_dialled_is_not_dialled_by_another_name_either() {
    // As a name would resolve to it: an IPv4 address within an IPv6 one.
    let refused = at(
        "https://[::ffff:169.254.169.254]/latest",
        vec![declared(WebhookForm::Slack)],
    );
    assert!(refused.expect_err("refused").contains("never dialled"));
}
