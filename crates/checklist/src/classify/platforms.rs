//! Hosting platforms, code hosts, app stores and chains.

use super::tool::{Tool, guarded, tool};

/// Tools of platforms.
#[rustfmt::skip] // a row is a tool
pub const TOOLS: &[Tool] = &[
    tool("heroku", "-a= --app= -r= --remote=", &[
        "ps|releases|apps|status|config|info|addons|domains|certs|buildpacks|features|pipelines|regions|stack|maintenance|drains|access|whoami|webhooks|sessions .",
        "logs|pg:info|pg:ps|pg:locks|pg:diagnose|pg:backups|redis:info|apps:info|addons:info|certs:info|releases:info|releases:output|config:get|pipelines:info|auth:whoami|pg:credentials|ps:type|pg:wait|domains:info|notifications .",
        "config:get|addons:info|releases:info|apps:info|pg:info|pg:ps|pg:locks|redis:info|pipelines:info",
    ]),
    tool("vercel", "--cwd= -t= --token= -S= --scope= -T= --debug", &["ls|list|logs|inspect|whoami", "env|domains|dns|certs|project|projects|secrets|teams|alias|target ls|list", "domains|project|certs inspect"]),
    tool("netlify|ntl", "--filter=", &["status|sites:list|env:list|env:get|functions:list|status:hooks|logs|logs:function|logs:deploy|watch|addons:list|build:info"]),
    guarded("fly|flyctl", "-a= --app= -c= --config= --verbose", &[
        "status|logs|releases|info|checks|doctor|version", "apps|ips|secrets|certs|volumes|regions|postgres|machine|machines|m|orgs|redis|extensions|tokens|wireguard|services|proxy list", "scale show",
        "config show|validate|env|display", "certs show|check", "volumes show", "machine|machines|m status", "apps releases", "image show", "auth whoami", "platform status|regions|vm-sizes", "checks list", "orgs show", "dig",
    ], "-o --output"),
    tool("railway", "-s= --service= -e= --environment=", &["status|whoami|logs", "list !"]),
    guarded("render", "", &["services !", "whoami|workspaces|projects|environments", "services|deploys|jobs|workspace list", "workspace current", "logs", "blueprints validate"], "-w --wait"),
    tool("wrangler", "--config= -c= --env= -e=", &[
        "whoami|tail", "deployments|versions|queues|secret|dispatch-namespace list", "deployments status|view", "versions view", "d1 list|info|insights", "kv namespace|key list", "kv key get", "r2 bucket list|info",
        "pages project|deployment list", "pages deployment tail", "hyperdrive list|get", "vectorize list|get|info", "--version|-v !",
    ]),
    guarded("supabase", "--project-ref= --debug", &["status|services", "projects|migration|functions|secrets|branches|orgs|snippets|sso list", "branches get", "db lint", "inspect db|report", "domains get", "postgres-config get", "network-bans get"], "--output-dir"),
    guarded("firebase", "--project= -P= --token=", &[
        "projects:list|functions:list|functions:log|hosting:channel:list|hosting:sites:list|apps:list|functions:secrets:get|functions:config:get|firestore:indexes|login:list|remoteconfig:get|remoteconfig:versions:list|appdistribution:testers:list|target|apphosting:backends:list|apphosting:backends:get|firestore:databases:list|ext:list|crashlytics:mappingfile:list",
        "use !",
    ], "-o --output"),
    guarded("gh", "-R= --repo=", &[
        "run|pr|release|issue|workflow|repo|ruleset|gist view", "run|pr|release|issue|workflow|repo|secret|variable|cache|ruleset|label|gist|extension|org|codespace|project list", "pr|issue|auth status", "pr checks|diff", "run watch", "status", "search", "attestation verify", "api", "project view|item-list", "ssh-key|gpg-key list", "config get|list", "browse +--no-browser|-n",
    ], "-w --web -X --method -f -F --raw-field --field --input --show-token --token"),
    guarded("glab", "-R= --repo=", &["mr|issue|release|ci|pipeline|variable|repo|project|label list", "mr|issue|release view", "ci status|get", "auth status"], "-w --web -t --show-token"),
    tool("sentry-cli", "--auth-token= --url= -o= --org= -p= --project=", &["info", "releases|projects|organizations|issues|monitors|repos list", "releases info"]),
    tool("stripe", "--api-key=", &["version|status", "logs tail", "customers|products|prices|events|charges|webhook_endpoints|subscriptions list|retrieve", "listen +--print-secret"]),
    tool("newrelic|datadog|datadog-agent|datadog-ci", "", &["status|health|version|configcheck|diagnose !"]),
    tool("ngrok|cloudflared", "", &["version", "tunnel list|info", "config check"]),
    tool("tailscale", "", &["status|ip|version|netcheck|ping|whois"]),
    tool("eas", "", &["whoami|build:list|build:view|project:info|channel:list|channel:view|update:list|update:view|branch:list|branch:view|secret:list|env:list|device:list|webhook:list|account:view|diagnostics|submit:list"]),
    tool("expo|expo-cli", "", &["whoami|config|doctor|diagnostics !", "config +--json", "--version !"]),
    tool("flutter", "", &["doctor|devices|emulators|--version|channel !", "doctor -v !", "--version !"]),
    tool("dart", "", &["info|--version !", "analyze", "pub outdated", "format +--output=none"]),
    tool("xcodebuild", "", &["-version|-showsdks|-list !"]),
    tool("xcrun", "", &["simctl list", "altool +--list-apps", "notarytool history|info|log", "--version !"]),
    tool("adb", "-s= -d -e", &["devices|version|get-state|logcat|get-serialno"]),
    tool("pod", "", &["--version !", "outdated|env|list"]),
    tool("fastlane", "", &["lanes|env|list !"]),
    tool("bundletool", "", &["version", "validate|dump"]),
    tool("apksigner", "", &["verify", "version"]),
    tool("jarsigner", "", &["-verify"]),
    tool("codesign", "", &["-v|-dv|-dvv|--verify|-d|--display"]),
    tool("keytool", "", &["-list|-printcert"]),
    tool("cast", "", &["call|balance|block|block-number|bn|chain-id|chain|code|codesize|nonce|receipt|tx|gas-price|storage|logs|abi-encode|abi-decode|calldata|keccak|sig|4byte|to-wei|from-wei|to-hex|to-dec|to-unit|client|age|implementation|admin|base-fee|estimate|interface|resolve-name|lookup-address|decode-abi|logs", "wallet list|address"]),
    tool("solana", "-u= --url= -k= --keypair=", &["balance|cluster-version|epoch-info|slot|block-height|account|address|supply|validators|gossip|ping|block-time|transaction-count|fees|inflation|confirm", "config get", "program show"]),
    tool("aptos|starkli|gaiad|cosmosd", "", &["--version !"]),
    tool("forge|hardhat|anvil|truffle|brownie|anchor|slither|ganache|foundryup|subgraph", "", &["--version|-V !"]),
    tool("convex|surge|dokku|caprover|kamal|cap|deployer|envoyer|coolify|pscale|neonctl|turso|planetscale|prefect|dagster|dbt|airflow|meltano|astro|modal|sst|appcenter|code-push|upsun|clever|scalingo|zeabur|koyeb|begin|deta|northflank|qovery|shopify|wp|drush|magento|bin/magento|n98-magerun2|twilio|algolia|contentful|sanity|directus|strapi|ghost", "", &["--version|version|-V !", "status|whoami !"]),
];
