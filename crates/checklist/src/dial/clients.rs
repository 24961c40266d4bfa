//! Clients whose server comes from the environment: the words that they may be given, none of which can name a host.

use crate::word::{FILLED, Word};

/// What an operand of a client may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A word: letters, digits, `_` and `-`.
    Word,
    /// A name: letters, digits, `_` and `-`, with `/` between.
    Name,
    /// A name or a file: no scheme, account or port.
    File,
    /// A package or a release: a name with dots, `@scope/name`.
    Package,
    /// Anything: it is what a server is asked.
    Any,
}

/// A client.
pub struct Client {
    names: &'static str,
    /// Options, with `=` where any value follows, `/` for a file, `!` for a name, `^` for a host, which only a variable of the
    /// environment may name.
    options: &'static str,
    /// The first operands, each with alternatives; nothing for any.
    forms: &'static [&'static str],
    operand: Operand,
}

const fn row(
    names: &'static str,
    options: &'static str,
    forms: &'static [&'static str],
    operand: Operand,
) -> Client {
    Client {
        names,
        options,
        forms,
        operand,
    }
}

/// Options of `exec` in a container.
const EXEC: Client = row(
    "exec",
    "-u= --user= -w= --workdir= -T -i -t -d --index= --privileged --interactive --tty --no-TTY --detach -c= --container= -n! --namespace! --context!",
    &[],
    Operand::Name,
);

/// Compose.
#[rustfmt::skip] // a row is a client
pub const COMPOSE: Client = row("docker-compose", "-f/ --file/ -p! --project-name! --profile! --env-file/ --project-directory/ --ansi! --progress! --verbose --no-ansi --tail= --since= --until= -t --timestamps --no-color --no-log-prefix --format= --filter= --status= --services -a --all -q --quiet --orphans --hash= --images --volumes --profiles --no-interpolate --no-stream --short --protocol= --index= -n=", &["ps|logs|config|convert|images|top|port|version|ls|stats|volumes"], Operand::Name);

use Operand::{Any, File, Name, Package, Word as Plain};

#[rustfmt::skip] // a row is a client
const CLIENTS: &[Client] = &[
    row("psql", "-h^ --host^ -U= --username= -c= --command= -t -A -q -X -x -w -e -E -1 -n -S -l --list -v= --set= -F= -R= -P= --no-psqlrc --tuples-only --no-align --quiet --csv --no-password --expanded --single-transaction -d! --dbname!", &[], Plain),
    row("pg_isready", "-h^ --host^ -U= --username= -d! --dbname! -q --quiet -t= --timeout=", &[], Plain),
    row("pg_dump|pg_dumpall", "-h^ --host^ -U= --username= -d! --dbname! -F= --format= -s -a -c -C -O -x -v -w -t= --table= -n= -N= -T= --schema-only --data-only --no-owner --no-acl --clean --if-exists --create -j= -Z=", &[], Plain),
    row("mysql|mariadb", "-h^ --host^ -u= --user= -p --password= -P^ -D! --database! -e= --execute= -N -B -s -r -t -v --batch --silent --skip-column-names --table", &[], Plain),
    row("mysqladmin", "-h^ --host^ -u= --user= --password= --silent", &["ping|status|version|processlist|extended-status|variables"], Plain),
    row("mysqldump", "-h^ --host^ -u= --user= --password= --single-transaction --quick --routines --triggers --no-data --events --databases --all-databases --no-tablespaces", &[], Plain),
    row("redis-cli|valkey-cli", "-h^ -a= -n= --user= --pass= --raw --no-raw --tls --no-auth-warning --csv --json -3 -2 -c --bigkeys --memkeys --hotkeys --scan --pattern=", &[], Any),
    row("mongosh|mongo", "--host^ -u= --username= -p= --password= --quiet --norc --eval= --authenticationDatabase!", &[], Plain),
    row("kubectl|oc|k", "-n! --namespace! --context! --cluster! -A --all-namespaces -o= --output= -l= --selector= --field-selector= --show-labels --no-headers --sort-by= -c= --container= --tail= --since= --since-time= --timestamps --previous -p --all-containers --prefix --for= --timeout= --request-timeout= --client --short -f/ --filename/ -R --dry-run= --server-side --all --show-kind --ignore-not-found --revision= --containers --raw! --output-watch-events --minify --current --list --as! --contain-events --watch= --limit= --since", &[
        "get|describe|logs|top|version|cluster-info|explain|api-resources|api-versions|diff|events|wait", "config current-context|get-contexts|get-clusters", "rollout status|history|list", "auth can-i|whoami", "apply|create|delete|replace|patch|scale|label|annotate|expose|autoscale|set", "certificate|plugin list",
    ], File),
    row("helm", "-n! --namespace! --kube-context! -A --all-namespaces -a -o= --output= -q --short --revision= --max= -f/ --values/ --set= --set-string= --install -i --dry-run --atomic --wait --timeout= --strict --debug --reuse-values -l= --filter= --deployed --failed --all --show-resources --version! --with-subcharts", &["list|ls|status|history|hist|get|template|lint|version|env|upgrade|install|uninstall|rollback|diff", "repo|plugin|dependency|dep list"], Operand::File),
    row("docker|podman|nerdctl", "--context! -D --debug --tail= -n= --since= --until= -t --timestamps --details -a --all -q --quiet --format= -f= --filter= --no-trunc --no-stream -s --size -l --latest --last= -v --version --digests --type= --verbose --bootstrap", &[
        "ps|logs|inspect|images|version|info|stats|top|port|diff|history", "container|image|volume|network|node|service|stack|system|context|swarm|buildx|pod ls|list|inspect|ps|logs|df|info|show|version|top|stats|port|diff|history|du|services", "secret|config ls|list",
    ], File),
    row("docker-compose|podman-compose", COMPOSE.options, COMPOSE.forms, Name),
    row("kustomize", "", &["version"], Name),
    row("aws", "--region! --profile! --output! --query= --color! --no-cli-pager --no-paginate --debug --filters= --filter= --cluster= --services= --service= --name= --names= --db-instance-identifier= --stack-name= --function-name= --bucket! --log-group-name! --instance-ids= --target-group-arn= --load-balancer-arn= --namespace= --metric-name= --start-time= --end-time= --period= --statistics= --dimensions= --max-items= --since= --recursive --human-readable --summarize --cache-cluster-id= --repository-name= --id= --task-definition= --tasks= --alarm-names= --state-value= --table-name= --queue-url^ --distribution-id= --certificate-arn= --hosted-zone-id= --auto-scaling-group-names= --key-id= --user-name= --role-name= --group-name= --image-ids= --environment-names= --application-name= --desired-status= --launch-type= --include= --filter-pattern= --attribute-names= --change-set-name= --parameter-filters=", &[], File),
    row("gcloud", "--project! --region! --zone! --account= --format= --configuration! --quiet -q --filter= --limit= --service= --sort-by= --platform! --freshness= --order= --cluster! --instance! --location! --global --all", &[], File),
    row("az", "--name= -n= -g= --resource-group= -o= --output= --query= --subscription! --slot= --top=", &[], Name),
    row("gh", "--json= --jq= -q= --limit= -L= --branch= -b= --state= -s= --workflow= -w= --label= -l= --template= -t=", &["run|pr|release|issue|workflow|repo|ruleset|gist view", "run|pr|release|issue|workflow|repo|secret|variable|cache|ruleset|label list", "pr|issue status", "pr checks|diff", "status"], Package),
    row("glab", "", &["mr|issue|release|ci|pipeline|label list", "mr|issue|release view", "ci status"], Name),
    row("terraform|tofu", "-chdir/ -no-color -json -check -diff -recursive -lock= -detailed-exitcode -input= -var-file/ -refresh-only -compact-warnings -out/ -raw", &["validate|show|output|version|graph|fmt|plan|providers", "state list|show", "workspace list|show", "-version|-v|--version"], File),
    row("systemctl", "--no-pager --failed --state= --type= -t= -l --full --user --system --all -a --plain -q --quiet -n= --lines= -p= --property= --value --no-legend", &[], Any),
    row("journalctl", "-u= --unit= --since= --until= -S= -U= -p= --priority= -n= --lines= --no-pager -x -e -b= -k -r --reverse -q --quiet -o= --output= -g= --grep= -t= --identifier= --boot --disk-usage --no-hostname --utc --user --system -a --all --list-boots --verify", &[], Any),
    row("timedatectl|hostnamectl|localectl|loginctl|networkctl|resolvectl|systemd-resolve|systemd-analyze|coredumpctl", "--no-pager --all -a --value -p= --property=", &["status|show|timesync-status|list-timezones|statistics|list-sessions|list-users|list|dns|domain|blame|critical-chain|time|verify|security|show-timesync", ""], Name),
    row("chronyc|ntpq", "-n -p -pn", &["tracking|sources|sourcestats|activity|peers|ntpdata|"], Name),
    row("npm|pnpm|yarn|bun", "-g --global --depth= --json --all -a --long --production --prod --dev --omit! --only! --audit-level! --level! --severity! --groups! --prefix/ -C/ --filter! -w! --workspaces --recursive -r --parseable -l --pattern=", &["ls|list|ll|la|audit|outdated|view|info|show|why|explain|licenses|doctor|ping|whoami|config|root|prefix|bin|check|pm|fund|help|get|version|query|pack"], Package),
    row("pip|pip3|pipx|uv", "--outdated -o --format! --local --user --not-required --verbose -v --files -f --all --strict", &["list|show|freeze|check|inspect", "pip list|show|freeze|check|tree"], Name),
    row("poetry|pipenv|conda|mamba|micromamba|composer|bundle|bundler|gem", "--outdated -o --latest --tree -t --no-dev --strict --no-check-all --direct --lock --locked --format! -n --no-interaction --all --only! --with! --without! --no-ansi --json --bare --reverse", &["show|check|env|list|graph|validate|outdated|licenses|verify|info|audit|platform-check|check-platform-reqs|diagnose|version|status"], File),
    row("cargo", "--locked --offline --frozen --all --workspace -p! --package! --check --depth! -d -i! --invert! -e= --edges! --all-features --no-deps --format-version= --manifest-path/ --verbose -v --version -V --list --", &["tree|fmt|metadata|verify-project|version|pkgid|deny|audit|locate-project|"], Name),
    row("go", "-m -json -u -f= -n", &["version|env|list|vet|mod"], Operand::File),
    row("dotnet", "--version --info --list-sdks --list-runtimes --outdated --vulnerable --deprecated --include-transitive --verify-no-changes", &["list|--version|--info|sln|nuget|format|ef|workload|"], File),
    row("mvn|mvnw|gradle|gradlew|make|gmake|cmake|ninja", "-v --version -V -q -n --dry-run -B -o", &["dependency:tree|help|tasks|projects|dependencies|properties|"], Name),
    row("php|ruby|perl|java|javac", "-v --version -version -V -m -l", &[], File),
    row("alembic|prisma|flyway|liquibase|diesel|drizzle-kit|atlas", "-c/ --config/ -n! --name! -v -q --check --check-heads --verbose --schema/ --version -r= --changelog-file/", &["current|history|heads|branches|show|check|validate|migrate|info|version|format|"], File),
    row("rails|bin/rails|rake|bin/rake|artisan|console|bin/console", "-T --tasks -v --version -V --pretend --only= --list --force --database! --path/ --json --env! -e! --except-vendor --env --plan", &[], Any),
    row("manage.py|django-admin", "--deploy --plan --check --dry-run --list -l -p --tag! -t! --fail-level! --database! --settings= --all -v! --version --unapplied --no-color --traceback", &[], Name),
    row("flask", "--app= -A= --directory/ -v --verbose", &[], Name),
    row("celery", "-A= --app= -t= --timeout= --json", &["inspect ping|active|stats|registered|scheduled|reserved|active_queues|report", "status|report"], Name),
    row("rabbitmqctl|rabbitmq-diagnostics", "-q --quiet -s --silent -p! --formatter! --local --online", &[], Name),
    row("airflow|dbt|barman|pgbackrest|restic|borg|patronictl|repmgr|wal-g|wal-e", "--stanza! --profile! --target! --json --output! -o! --latest --last --short --tag! --project-dir/ --profiles-dir/ --read-data --no-lock --select= -s= -c/", &["dags|connections|pools|variables|tasks list|list-import-errors|state", "version|info|check|list|snapshots|stats|parse|ls|debug|compile|status|list-backup|list-backups|backup-list|verify|cluster|node|show-backup", "db check|check-migrations"], Name),
    row("nodetool", "", &["status|info|version|netstats|tpstats|describecluster|compactionstats"], Name),
    row("monit|supervisorctl", "", &["status|summary|report|avail|pid|version"], Any),
    row("cosign|trivy|grype|syft|snyk|gitleaks|trufflehog|checkov|tflint|kubeval|kubeconform|kube-score|kube-linter|pluto|tfsec|dockle|golangci-lint|govulncheck|staticcheck|gosec|dotenv-linter", "--no-git -v --verbose --quiet -q --redact --severity= --exit-code= --ignore-unfixed --scanners= --no-banner -d/ --directory/ -f/ --file/ --strict --recursive --compact --only-fixed --source/ -s/ --key/ --signature/ --bundle/ --certificate/ --no-progress --skip-dirs/", &[
        "fs|filesystem|config|sbom|rootfs|detect|dir|git|protect|version|test|verify-blob|run|lint|score|detect-files|--version|-d|-f|",
    ], File),
    row("ansible-playbook|ansible-galaxy", "--syntax-check --list-hosts --list-tasks --list-tags -l! --limit!", &[], File),
    row("packer|cfn-lint|sam|serverless|sls", "--lint -t/ --template/ --template-file/ -syntax-only -check", &["validate|inspect|version|fmt|info"], File),
    row("pulumi|cdk|cdktf", "-s! --stack! --non-interactive", &["whoami|about|version|doctor", "stack ls|output|history", "plugin ls"], Name),
    row("consul|nomad|vault", "-detailed", &["members|info|version|status|list", "operator raft", "job|node|alloc|deployment|server|namespace|eval status|list|members|inspect|history"], Name),
    row("argocd|argo|flux|istioctl|linkerd|velero|minikube|kind|k3d|k3s|kubectx|kubens|eksctl|helmfile|kubeadm|crictl", "-n! --namespace! -A --all-namespaces --all -o! --output! -p! --profile! --region! -e! --environment! -f/ --file/ --timeout=", &["version|list|get|check|analyze|status|ps|diff|lint|proxy-status|ps|images|info|stats", "app|cluster|repo|proj|appset get|list|diff|history|resources|manifests|logs", "backup|restore|schedule get|describe", "get clusters|nodes", "certs check-expiration"], Name),
    row("heroku|vercel|netlify|ntl|fly|flyctl|railway|render|wrangler|supabase|firebase|eas|doctl|hcloud|linode-cli|sentry-cli|stripe|expo", "-a! --app! -n= --num= --lines= --json --prod -p! --project! --env! -e! --format! -o! --output! --limit= --platform! --status! --non-interactive --no-tail --local --linked --since=", &[
        "ps|releases|status|whoami|version|ls|list|info|apps|domains|addons|checks|services|deployments|versions|doctor|projects|migration|functions|compute|builds|build:list|build:view|sites:list|functions:list|projects:list|hosting:channel:list|channel:list|update:list|releases:info|apps:info|pg:info|redis:info|pg:backups|certs|buildpacks|inspect|logs|migrations|branches|db|use|env|scale|secrets|domains:list|config:show|apps:list|account|server|machine|secret|kv|r2|d1|queues|pages|volumes|image|certificates",
    ], Name),
    row("wp", "--path/ --allow-root --format! --status! --field! --fields= --update! --role! --skip-plugins --skip-themes --all --dry-run", &["core|plugin|theme|user|post|site|cron|role|cli|db|rewrite|maintenance-mode|option|transient"], Name),
    row("apt|apt-get|aptitude|yum|dnf|microdnf|rpm|apk|pacman|zypper|snap|brew|flatpak|choco|winget|scoop", "--installed --upgradable -a -q -qa -qi -ql -qf --all -s --simulate -Q -Qi -Ql -Qs -Qu", &[], File),
    row("keytool", "-list -v -keystore/ -storepass= -alias!", &[""], Plain),
    row("adb|flutter|dart|xcrun|pod|fastlane|dvc|pre-commit|cap|pio|platformio", "-v --version -V -d -e --list --all -list -keystore/ -storepass= -alias= -file/ -printcert -s!", &["devices|version|doctor|analyze|info|outdated|env|list|lanes|get-state|stapler|status|diff|simctl|channel|--version|"], File),
    row("xmllint", "--noout --format --schema/ --xpath= --html --nonet --valid", &[], File),
    row("cast", "--rpc-url^ -r^", &["call|balance|code|storage|nonce|block-number|chain-id|receipt|block"], Any),
    row("nc|ncat|netcat", "-z -v -w= -n -u -4 -6", LOOPBACK, Name),
    row("ping|ping6", "-c= -w= -W= -i= -q -n -4 -6", LOOPBACK, Name),
];

/// This machine, for tools that dial what they are given.
const LOOPBACK: &[&str] = &["localhost|127.0.0.1"];

/// The client of this name.
pub fn find(name: &str) -> Option<&'static Client> {
    CLIENTS
        .iter()
        .find(|client| client.names.split('|').any(|known| known == name))
}

/// An option that names a server, whatever program it is given to.
pub fn names_host(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or(word);
    let marks = [
        "host",
        "server",
        "endpoint",
        "registry",
        "url",
        "addr",
        "proxy",
        "connect",
        "remote",
        "broker",
        "bootstrap",
        "kubeconfig",
        "socket",
    ];
    matches!(name, "-h" | "-H") || marks.iter().any(|mark| name.contains(mark))
}

/// The place of the program that another one runs: `npx prisma`, `python -m alembic`.
pub fn runner(name: &str, words: &[&str]) -> Option<usize> {
    match (name, words) {
        ("python" | "python3" | "py", ["-m", ..]) => Some(1),
        ("python" | "python3" | "py", ["manage.py", ..]) | ("php", ["artisan" | "bin/console", ..]) => {
            Some(0)
        }
        ("bundle" | "bundler", ["exec", ..])
        | ("poetry" | "pipenv" | "uv" | "pdm" | "hatch", ["run", ..])
        | ("pnpm" | "yarn", ["exec" | "dlx", ..])
        | ("npx" | "pnpx" | "bunx", ["--no-install" | "-y" | "--yes" | "--no", ..]) => Some(1),
        ("npx" | "pnpx" | "bunx", [first, ..]) if !first.starts_with('-') => Some(0),
        _ => None,
    }
}

impl Operand {
    /// Whether a text cannot be an address.
    pub fn fits(self, text: &str) -> bool {
        let safe = |c: char| c.is_ascii_alphanumeric() || c == FILLED || matches!(c, '_' | '-' | '/');
        match self {
            Self::Word => text.chars().all(|c| safe(c) && c != '/'),
            Self::Name => text.chars().all(safe) && !text.starts_with("//"),
            Self::File => {
                let file = |c: char| safe(c) || matches!(c, '.' | ',' | '*' | '~' | ' ' | '+');
                text.chars().all(file) && !text.contains("//") && text.parse::<std::net::IpAddr>().is_err()
            }
            Self::Package => {
                let name = text.strip_prefix('@').and_then(|text| text.split_once('/'));
                let (scope, name) = name.unwrap_or(("", text));
                let named = |c: char| safe(c) && c != '/' || c == '.';
                scope.chars().chain(name.chars()).all(named)
            }
            Self::Any => true,
        }
    }
}

/// A variable of the environment and nothing else: the host that it holds is the environment's.
fn parameter(word: &Word) -> bool {
    let name = word.raw.trim_matches('"');
    let name = name
        .strip_prefix("${")
        .and_then(|name| name.strip_suffix('}'))
        .or_else(|| name.strip_prefix('$'));
    name.is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// The operands, and the command that is run inside of a container.
type Split<'a> = (Vec<&'a str>, Option<&'a [Word]>);

impl Client {
    /// Its first name.
    pub fn name(&self) -> &'static str {
        self.names.split('|').next().unwrap_or(self.names)
    }

    fn runs_inside(&self) -> bool {
        ["docker", "docker-compose", "kubectl"].contains(&self.name())
    }

    /// The operands.
    ///
    /// # Errors
    /// The word that is not known, or could be an address.
    pub fn operands<'a>(&self, words: &'a [Word]) -> Result<Split<'a>, &'a Word> {
        let mut operands: Vec<&str> = Vec::new();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let text = word.filled.as_str();
            if text.starts_with('-') && text != "-" {
                at += self.option(word, words.get(at + 1)).ok_or(word)?;
                continue;
            }
            let inside = self.runs_inside() && (operands.is_empty() || operands == ["container"]);
            if text == "exec" && inside {
                return EXEC.inside(&words[at + 1..]).map(|inner| (operands, Some(inner)));
            }
            // A bucket of the configured account.
            let bucket = self.name() == "aws"
                && text
                    .strip_prefix("s3://")
                    .is_some_and(|rest| Operand::File.fits(rest));
            let whole = self.names.starts_with("psql") && operands.is_empty() && parameter(word);
            let loopback = operands.is_empty() && self.forms == LOOPBACK;
            let fits = self.operand.fits(text) || whole || loopback || bucket;
            fits.then_some(()).ok_or(word)?;
            operands.push(text);
            at += 1;
            if self.operand == Operand::Any && self.name() == "redis-cli" {
                break;
            }
        }
        Ok((operands, None))
    }

    /// `[options] CONTAINER [--] COMMAND…`
    fn inside<'a>(&self, words: &'a [Word]) -> Result<&'a [Word], &'a Word> {
        let mut at = 0;
        let mut container = false;
        while let Some(word) = words.get(at) {
            if word.filled == "--" {
                return Ok(&words[at + 1..]);
            }
            if word.filled.starts_with('-') {
                at += self.option(word, words.get(at + 1)).ok_or(word)?;
                continue;
            }
            // `kubectl exec POD -c NAME -- COMMAND`
            let behind = words[at..].iter().position(|word| word.filled == "--");
            if container && behind.is_none_or(|behind| behind > 4) {
                return Ok(&words[at..]);
            }
            self.operand.fits(&word.filled).then_some(()).ok_or(word)?;
            container = true;
            at += 1;
        }
        Ok(&words[words.len()..])
    }

    /// How many words an option takes, where it is known and its value names no host.
    fn option(&self, word: &Word, next: Option<&Word>) -> Option<usize> {
        let text = word.filled.as_str();
        let (name, attached) = text
            .split_once('=')
            .map_or((text, None), |(name, value)| (name, Some(value)));
        if let Some(kind) = self.kind(name) {
            return match (kind, attached) {
                (' ', _) => Some(1),
                ('^', Some(value)) => local(value).then_some(1),
                ('^', None) => next
                    .filter(|word| parameter(word) || local(&word.filled))
                    .map(|_| 2),
                (kind, Some(value)) => fits(kind, value).then_some(1),
                (kind, None) => next.filter(|word| fits(kind, &word.filled)).map(|_| 2),
            };
        }
        let letters = text
            .strip_prefix('-')
            .filter(|letters| !letters.starts_with('-'))?;
        for (at, letter) in letters.char_indices() {
            let rest = &letters[at + letter.len_utf8()..];
            match self.kind(&format!("-{letter}"))? {
                ' ' if self.name() == "mysql" && letter == 'p' => return Some(1),
                ' ' => {}
                '^' if rest.is_empty() => {
                    return next
                        .filter(|word| parameter(word) || local(&word.filled))
                        .map(|_| 2);
                }
                '^' => return local(rest).then_some(1),
                kind if rest.is_empty() => return next.filter(|word| fits(kind, &word.filled)).map(|_| 2),
                kind => return fits(kind, rest).then_some(1),
            }
        }
        Some(1)
    }

    /// What follows an option: a space for nothing.
    fn kind(&self, name: &str) -> Option<char> {
        self.options
            .split_whitespace()
            .find_map(|known| match known.strip_prefix(name)? {
                "" => Some(' '),
                "=" => Some('='),
                "/" => Some('/'),
                "!" => Some('!'),
                "^" => Some('^'),
                _ => None,
            })
    }

    /// Whether the operands begin with a known form.
    pub fn knows(&self, operands: &[&str]) -> bool {
        // Behind this machine there are ports and nothing else.
        let loopback = self.forms == LOOPBACK;
        let ports = || {
            operands
                .iter()
                .skip(1)
                .all(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if loopback && !ports() {
            return false;
        }
        self.forms.is_empty()
            || self.forms.iter().any(|form| {
                let mut place = operands.iter();
                form.split(' ').all(|words| {
                    let word = place.next().copied().unwrap_or_default();
                    words.split('|').any(|known| known == word)
                })
            })
    }
}

fn local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "::1")
}

fn fits(kind: char, value: &str) -> bool {
    match kind {
        '/' => Operand::File.fits(value),
        '!' => Operand::Name.fits(value),
        // A client may fetch what a value names.
        _ => !value.contains("://"),
    }
}
