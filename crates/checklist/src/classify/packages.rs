//! Package managers, languages and builds.

use super::tool::{Tool, acts, guarded, tool};

/// Tools that install, build and run code.
#[rustfmt::skip] // a row is a tool
pub const TOOLS: &[Tool] = &[
    guarded(
        "npm",
        "--prefix= -C= -w= --workspace= -s --silent -g --global",
        &[
            "ls|list|la|ll|view|info|show|v|outdated|why|explain|whoami|ping|root|prefix|search|doctor|query|fund|licenses",
            "config get|list|ls", "audit .", "audit signatures !", "-v !", "access list", "dist-tag ls", "team ls", "pkg get", "version !", "owner ls",
        ],
        "--fix --force --script-shell --browser",
    ),
    guarded(
        "pnpm",
        "--filter= -F= -C= --dir= -r --recursive -s --silent -w -g",
        &["ls|list|la|ll|outdated|why|licenses|root", "audit .", "-v !", "config get|list", "store status|path"],
        "--fix",
    ),
    guarded("yarn|yarnpkg", "--cwd= -s --silent", &["list|why|outdated|info|audit", "-v !", "npm audit|info|whoami", "workspaces list|info", "config get|list"], "--use-yarnrc"),
    tool("bun", "--cwd=", &["outdated|why", "pm ls|hash|bin|whoami", "audit", "-v|--version|--revision !"]),
    tool("lerna|nx|turbo|rush", "", &["ls|list|changed|--version|report", "show projects|project"]),
    tool("nvm|fnm|volta|pyenv|rbenv|asdf|mise|sdk|goenv|jenv", "", &["current|ls|list|version|versions|which|where|doctor|--version|ls-remote", "alias !"]),
    tool("corepack|node-gyp|ncu|npm-check-updates|depcheck|verdaccio|pm2-runtime|forever|nodemon|ts-node|tsx|tsc|esbuild|rollup|webpack|webpack-cli|vite|next|nuxt|gatsby|ng|vue-cli-service|react-scripts|craco|remix|svelte-kit|parcel|grunt|gulp|bower|babel|sass|postcss|tailwindcss|storybook|quasar|ionic|capacitor|cordova|electron-builder|nest|sails|adonis|medusa|husky|commitlint|semantic-release|release-it|standard-version|changeset|size-limit|bundlesize|source-map-explorer|graphql-codegen|openapi-generator|swagger-cli|redocly|spectral", "", &["--version|-v|-V|version !"]),
    guarded("pip|pip3|pipx", "", &["list|show|freeze|check|debug|inspect", "index versions", "config list|get", "cache dir|info|list", "-V !"], "--log --cache-dir --report"),
    guarded("uv", "--directory= --project=", &["pip list|show|freeze|check|tree", "tree +--frozen|--locked", "python list|find|dir", "--version|version|-V !", "lock +--check", "tool list", "cache dir", "lock +--locked"], "-o --output-file"),
    tool("poetry", "-C= --directory= -q", &["show|check|about", "env info|list", "version !", "version -s !", "config +--list", "search", "lock +--check"]),
    tool("pipenv", "", &["graph|check|verify|--venv|--where|--version"]),
    tool("conda|mamba|micromamba", "", &["list|info|search|--version", "env list", "config +--show"]),
    tool("pip-audit|safety", "", &["!", "check|scan ."]),
    guarded("composer", "-d= --working-dir= -n --no-interaction -q --no-plugins --no-scripts", &["show|outdated|validate|check-platform-reqs|audit|licenses|diagnose|about|why|why-not|depends|prohibits|info|status|fund|suggests", "-V !"], "--plugins"),
    tool("gem", "", &["list|info|outdated|search|env|environment|which|query"]),
    tool("bundle|bundler", "", &["list|info|outdated|show|check|version|env|licenses|platform", "config list", "audit check !", "-v !"]),
    guarded("cargo", "--manifest-path= --color= -q --quiet", &[
        "search|version|info", "tree|metadata +--locked", "tree|metadata +--frozen", "metadata +--no-deps", "-V !", "fmt +--check", "fmt --all -- --check !", "fmt -- --check !", "locate-project|pkgid|help|--list", "audit !", "deny check", "install +--list", "outdated !",
    ], "--config -Z"),
    tool("rustup", "", &["show|check|--version", "toolchain|target|component list", "which"]),
    tool("rustc", "", &["-V|-vV|--version !"]),
    tool("go", "-C=", &["version", "env !", "env GOVERSION|GOPATH|GOROOT|GOOS|GOARCH|GOPROXY|CGO_ENABLED|GOMODCACHE|GOFLAGS !", "mod verify|why|graph", "help", "doc"]),
    tool("gofmt|goimports", "", &["-l|-d . !", "-l _ !", "-d _ !", "-s -l _ !", "-l -s _ !"]),
    tool("golangci-lint|govulncheck|staticcheck|gosec", "", &["version|linters|--version !"]),
    tool("make|gmake|cmake|ninja|bazel|ant|meson|scons|buck|pants|earthly|dagger|task|just|mage|tilt|skaffold|garden|werf|buildah|kaniko", "", &["-v|-V|--version|version|--list|-l !"]),
    tool("mvn|mvnw|gradle|gradlew|sbt|lein|mill|kotlinc|scala|groovy|clj", "", &["-v|-V|--version|-version|version !"]),
    tool("dotnet", "", &["--version|--info|--list-sdks|--list-runtimes !", "list package|reference", "nuget list", "tool|workload list", "dev-certs https +--check"]),
    tool("nuget", "", &["list|sources|locals +-list", "help"]),
    tool("php", "", &["-v|-m|-i|--version|--ini|--info|--modules !", "-l _ !", "--ri _ !"]),
    tool("ruby|perl|lua|julia|Rscript|elixir|erl|ghc|swift|deno|java|javac|kotlin|gcc|g++|clang|cc|ld|nasm|zig|nim|crystal|dmd|ocaml|racket|sbcl|pwsh|powershell|vue|psalm|phpstan|phpcs|rubocop|brakeman|mix|rebar3|iex|cabal|opam|dune|arduino-cli|idf.py|west|openocd|avrdude|st-flash|dfu-util|fastboot|JLinkExe|nrfjprog|mender|swupdate|rauc", "", &["-v|-V|--version|-version|version !"]),
    tool("pre-commit", "", &["--version !", "validate-config|validate-manifest"]),
    acts("pytest|py.test|jest|vitest|phpunit|rspec|tox|nox|mocha|playwright|cypress|ava|karma|jasmine|cucumber|behave|newman|codecept|pest|ctest|bats|coverage|nyc|c8|testcafe|nightwatch|wdio|detox|maestro|appium|selenium|puppeteer|lighthouse|lhci|pa11y|backstop|percy|chromatic|stryker|schemathesis|dredd|pact", "runs tests, which can change anything"),
    acts("ab|wrk|wrk2|hey|oha|k6|siege|locust|artillery|vegeta|jmeter|gatling|tsung|bombardier|autocannon|loadtest|iperf|iperf3|sysbench|fio|stress|stress-ng|ghz|drill|redis-benchmark|mysqlslap|pgbench|memtier_benchmark", "puts load on its target"),
    acts("gunicorn|uvicorn|hypercorn|daphne|waitress-serve|uwsgi|puma|unicorn|passenger|sidekiq|resque|rq|dramatiq|huey|streamlit|gradio|jupyter|mlflow|serve|http-server|live-server|json-server|puma-dev|php-cgi|supervisord|runserver", "starts a server"),
];
