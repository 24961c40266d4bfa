//! Every lint, with why it matters, what Gonogo does instead and how to write it.

use domain::plan::Severity;

/// A lint.
#[derive(Debug)]
pub struct Lint {
    /// Its stable code: `GNG012`.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// What really happens when the line is run as it stands.
    pub why: &'static str,
    /// What Gonogo does instead.
    pub instead: &'static str,
    /// How to write it.
    pub write: &'static str,
}

impl Lint {
    /// The help of a diagnostic.
    pub fn help(&self) -> String {
        format!("{} {}", self.instead, self.write)
    }
}

macro_rules! lints {
    ($($name:ident = $code:literal $severity:ident: $title:literal, $why:literal, $instead:literal, $write:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Lint = Lint {
                code: $code, severity: Severity::$severity, title: $title, why: $why, instead: $instead, write: $write,
            };
        )*
        /// All lints, by code.
        pub const ALL: &[&Lint] = &[$(&$name),*];
    };
}

lints! {
    NOT_UTF8 = "GNG001" Error: "bytes that are not UTF-8",
        "Nobody can see what such bytes will do in a command.",
        "Gonogo keeps them in the document and never runs a command that holds them.", "Save the file as UTF-8.";
    HIDDEN = "GNG002" Error: "an invisible character in a command",
        "Control, zero-width and bidirectional characters make a command look like another one.",
        "The command is shown escaped and is never taken for one that reads.", "Remove the character.";
    NOT_UNDERSTOOD = "GNG003" Warning: "a command that is not understood",
        "What is not understood could change anything.",
        "It counts as an action, which a person runs after seeing its exact bytes.", "Split it into simple commands, or put it into a script and name that.";
    UNKNOWN_PROGRAM = "GNG004" Note: "a command that is not known to read",
        "Gonogo's tables do not know this program or this form of it, so it may change the target.",
        "It counts as an action, which a person runs.", "If it only reads, use a known form, or attest it by hand.";
    UNKNOWN_ANNOTATION = "GNG005" Error: "an annotation with an unknown key",
        "A misspelt annotation would silently do nothing.",
        "The annotation is ignored and the words decide.", "See docs/format.md for the keys.";
    BAD_ANNOTATION = "GNG006" Error: "an annotation with a value that cannot be used",
        "An annotation wins over the words, so it must be right.",
        "The annotation is ignored and the words decide.", "See docs/format.md for the values.";
    NO_BOXES = "GNG007" Note: "a document without boxes",
        "Without boxes it is a guess what must be settled.",
        "The steps of the sections that deploy or verify count as items.", "Write steps as `- [ ] step`.";
    TOO_MANY = "GNG008" Note: "more findings than are shown",
        "The document has more than 2,000 findings.", "The first ones are shown.", "Mend those and import again.";

    UNITS = "GNG010" Note: "a size that is answered in another unit",
        "`CONFIG GET maxmemory` answers 536870912, never 512mb: compared as text it always fails.",
        "Both are read as bytes and compared as numbers.", "Nothing needs to change.";
    NO_TERMINAL = "GNG011" Note: "`exec` that asks for a terminal",
        "`docker-compose exec` fails from a server with \"the input device is not a TTY\".",
        "Where Gonogo can it asks natively; otherwise the command runs with `-T`, without a terminal.", "Write `docker-compose exec -T …`.";
    STATUS_IGNORED = "GNG012" Warning: "a command that exits 0 whatever the answer is",
        "`curl` exits 0 on HTTP 500, and `CONFIG GET` on any value.",
        "The status or the value is judged: 2xx unless the words say otherwise.", "Say what must come back: \"returns 200\", \"returns `yes`\".";
    EMPTY_IS_GOOD = "GNG013" Note: "`grep` that should find nothing",
        "`grep` exits 1 when it finds nothing, so that a clean log looks like a failure, and a source that fails looks clean.",
        "Nothing found passes; a source that fails is an error.", "Say \"is empty\" beside the command.";
    LOOSE_PATTERN = "GNG014" Warning: "a pattern that matches too much",
        "`grep Up` also matches \"Up (unhealthy)\", `grep pool` any line with that word, `grep cache_hits` the comment lines of the metrics.",
        "Unhealthy and restarting containers and comment lines do not count; a bare word is still searched as written.", "Search for the exact message or metric.";
    PORT = "GNG015" Note: "a port that should be available",
        "Once the service runs, its port is in use: the line turns red because the deployment worked.",
        "Free passes, and so does a port that a service of this environment holds; anybody else on it fails.", "Nothing needs to change.";
    SHARED_VERSION = "GNG016" Note: "one version for Docker and Docker Compose",
        "Compose is numbered 1.29 or 2.x and never reaches 20.10.",
        "The Engine is compared with the version; Compose must answer.", "Name a version for each.";
    OLD_CONTAINER = "GNG017" Warning: "a look into a container that a later phase rebuilds",
        "The container still runs the old image here, so that the line says nothing about what is being deployed.",
        "It is read as it stands; read it again after the rebuild.", "Move the line behind the rebuild, or repeat it there.";
    SAME_DAY = "GNG018" Warning: "a backup that can overwrite itself or be empty",
        "A second run on the same day replaces the good backup, and the shell makes an empty file even when the dump fails.",
        "The command runs with `noclobber` and `pipefail`: it refuses to overwrite.", "Put the time into the name, and check the file: \"`backup.dump` is at most 24 hours old and larger than 0 bytes\".";
    LOST_COPY = "GNG019" Warning: "a second copy destroys the good one",
        "`cp .env .env.backup` run twice replaces the original by the changed file.",
        "The command refuses where the target exists.", "Write `cp -n`, or a name with the time in it.";
    SHELL_ONLY = "GNG020" Warning: "an assignment that changes nothing",
        "`NAME=value` in a shell block sets a variable of that shell, which ends with it; the `.env` file stays as it is.",
        "It is shown as a step for a person and never run as an edit.", "Say \"set `NAME=value` in `.env`\".";
    RESTART = "GNG021" Warning: "`restart` does not apply a changed `.env`",
        "`docker-compose restart` starts the same container with the environment that it was made with.",
        "It is shown as written; the container's environment must be read afterwards.", "Write `docker-compose up -d --force-recreate SERVICE`.";
    STOP_FIRST = "GNG022" Warning: "a rollback that stops a service before nothing needs it",
        "Between stopping the service and restoring the configuration, the application runs into errors.",
        "The order is kept as written.", "Restore the configuration and restart first, then stop the service.";
    PLACEHOLDER = "GNG023" Warning: "a placeholder",
        "Run literally, the shell takes `<name>` for a redirection, and an example address belongs to somebody else.",
        "It becomes a quoted variable such as \"$GONOGO_PREVIOUS_COMMIT\"; the step cannot run before it has a value.", "Give it a value in the environment's parameters.";
    ENDLESS = "GNG024" Warning: "a command that never ends",
        "`ping`, `tail -f`, `logs -f` and `watch` run until somebody stops them.",
        "It is bounded: three packets, no following, and a deadline.", "Write `ping -c 3`, and logs without `-f`.";
    COUNTERS = "GNG025" Warning: "a rate from counters",
        "Counters count since the start, so that one look at them is no rate; 0 of 0 is no data.",
        "Hits among hits and misses since the start are a warning at best; any other rate stays somebody's word.", "Say from which counters the rate follows.";
    ROLLBACK_UNPROVED = "GNG026" Warning: "a rollback without verification",
        "Nothing proves that the application works after it.",
        "It is pointed out.", "End the rollback with a health check.";
    PHASE_UNPROVED = "GNG027" Note: "a phase without a verification block",
        "Nothing but the boxes themselves proves it.",
        "The boxes count.", "Add a block of commands under \"Verification Commands\".";
    HARD_HOST = "GNG028" Warning: "a hard-coded host",
        "The address belongs to one environment, and perhaps to somebody else.",
        "It is never dialled as written: it is matched with an endpoint of the environment.", "Write a parameter such as \"$GONOGO_DB_HOST\".";
    HARD_USER = "GNG029" Warning: "a hard-coded user",
        "An account name in a document is of use to an attacker and wrong in the next environment.",
        "The environment's own credentials are used.", "Write a parameter such as \"$GONOGO_DB_USER\".";
    SECRET = "GNG030" Error: "a secret in a command",
        "Everybody who reads the document has it, and it stands in the process list while the command runs.",
        "It is pointed out; change it wherever it is in use.", "Use a secret of the environment: \"$NAME\".";
    INTERACTIVE = "GNG031" Warning: "a command that needs a terminal",
        "Editors, pagers, `-it` and prompts wait for somebody who is not there.",
        "It has no terminal and ends at its deadline.", "Use the form that neither asks nor pages.";
    ALWAYS_TRUE = "GNG032" Warning: "a failure that is hidden",
        "`|| true` makes every outcome a success.",
        "The output is judged where the words say what must hold; the exit code proves nothing.", "Take `|| true` off.";
    DESTRUCTIVE = "GNG033" Warning: "a command that destroys",
        "What it removes cannot be brought back.",
        "It is an action that asks before it runs.", "Name exactly what is removed, and have a backup checked before it.";
    OLD_LOGS = "GNG034" Note: "logs from before the deployment",
        "`logs` prints everything since the container was made, so that an old error fails the line and an old success passes it.",
        "A log of Compose is read since the deployment, or since the container's start; any other is read whole.", "Limit it with `--since`.";
    NO_SOURCE = "GNG035" Note: "a number without a source",
        "The line names a threshold and not where the number comes from.",
        "It is somebody's word.", "Name the command or the metric that gives the number.";
    CONTRADICTION = "GNG036" Note: "a threshold that is stated twice, or two ways",
        "Two lines ask the same of one number, or not the same.",
        "Each line is settled by itself.", "State it once, or say how the two differ.";
    NO_ROLLBACK = "GNG037" Note: "no rollback section",
        "When the deployment fails nobody knows the way back.",
        "It is pointed out.", "Add a section \"Rollback\" with the commands.";
    SUDO = "GNG038" Note: "`sudo`",
        "`sudo` can ask for a password, and nobody is there to type it.",
        "It runs as written, without a terminal.", "Run Gonogo as the account that may do it, or allow this command without a password.";
    LATEST = "GNG039" Note: "an image without a fixed version",
        "`latest` is another image tomorrow, so that a rollback does not bring the old one back.",
        "It runs as written.", "Name the version or the digest.";
    UNJUDGED = "GNG040" Warning: "a command whose outcome says nothing",
        "It exits 0 whatever the state is, or prints several numbers, so that a green tick would be a lie.",
        "It is not run; the line is somebody's word.", "Say what must come out: \"returns `X`\", \"is empty\", or filter the one number that counts.";
    UNKNOWN_ROLE = "GNG041" Warning: "a signature slot that nobody can fill",
        "A slot is signed by somebody who holds its role, and a run goes only when every slot is signed.",
        "The slot stays empty, so that the run can only be given up.",
        "Name one of the roles: Developer, DevOps, QA, Product owner, Auditor.";
    ONE_SLOT = "GNG042" Warning: "a single signature",
        "At least two people sign: whoever started a run never lets it go alone.",
        "The table is kept; one signature comes to no go.", "Add a second role to the table.";
}

/// `docs/lints.md`: every lint in a table.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Lints\n\nWhat `gonogo check` and the import page report. A *note* is worth knowing, a *warning* says that the line \
         cannot prove what it claims as it stands, an *error* that it cannot be used. Codes never change their meaning.\n\n\
         | code | severity | what | why | what Gonogo does instead | how to write it |\n|---|---|---|---|---|---|\n",
    );
    for lint in ALL {
        let severity = crate::report::severity_word(lint.severity);
        let cells = [
            lint.code,
            severity,
            lint.title,
            lint.why,
            lint.instead,
            lint.write,
        ]
        .map(|cell| cell.replace('|', "\\|"));
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

/// The lint of this code.
pub fn of_code(code: &str) -> Option<&'static Lint> {
    ALL.iter()
        .find(|lint| lint.code.eq_ignore_ascii_case(code))
        .copied()
}
