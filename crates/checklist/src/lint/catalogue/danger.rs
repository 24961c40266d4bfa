//! Lines that hide, expose or destroy.

use super::{Lint, lints};

lints! {
    UNKNOWN_ROLE = "GNG041" Warning: "a signature slot that nobody can fill",
        "A slot is signed by somebody who holds its role, and a run goes only when every slot is signed.",
        "The slot stays empty, so that the run can only be given up.",
        "Name one of the roles: Developer, DevOps, QA, Product owner, Auditor.",
        "## Sign-off\n\n| Role | Name | Date |\n|---|---|---|\n| DevOps | | |\n| Astrologer | | |\n"
        => "## Sign-off\n\n| Role | Name | Date |\n|---|---|---|\n| DevOps | | |\n| QA | | |\n";
    ONE_SLOT = "GNG042" Warning: "a single signature",
        "At least two people sign: whoever started a run never lets it go alone.",
        "The table is kept; one signature comes to no go.",
        "Add a second role to the table.",
        "## Sign-off\n\n| Role | Name | Date |\n|---|---|---|\n| DevOps | | |\n"
        => "## Sign-off\n\n| Role | Name | Date |\n|---|---|---|\n| DevOps | | |\n| QA | | |\n";
    PIPE_HIDES = "GNG043" Warning: "a pipe that hides a failure",
        "The exit code of a pipe is that of its last command: `npm test | tee test.log` succeeds when the tests fail, `pg_dump app | gzip` writes a valid archive of nothing.",
        "Environments run commands with `pipefail`, unless their file names another shell: the line fails where any part fails.",
        "Write `set -o pipefail; …`, or send the output to a file and look at it afterwards.",
        "- [ ] Tested: `npm test | tee test.log`\n"
        => "- [ ] Tested: `npm test`\n";
    PERHAPS_SECRET = "GNG044" Warning: "something like a password in the document",
        "A value beside a name such as `DB_PASSWORD` may be in use somewhere. Placeholders and defaults that everybody knows are not reported.",
        "It is pointed out, and never becomes part of a plan's probe.",
        "Name a secret of the environment, \"$DB_PASSWORD\", or write a placeholder, `<password>`.",
        "- [ ] Set `DB_PASSWORD=hunter2`\n"
        => "- [ ] Set `DB_PASSWORD=<password>`\n";
    REMOVES_EVERYTHING = "GNG045" Error: "a command that removes everything",
        "`rm -rf /` or `rm -rf ~` removes whatever it reaches, on whatever host it runs.",
        "It is an action that a person would have to run; nobody should publish it.",
        "Name exactly what is to go.",
        "- [ ] Cleaned: `rm -rf /`\n"
        => "- [ ] Cleaned: `rm -rf dist`\n";
    NO_BASELINE = "GNG046" Note: "an improvement without a \"before\"",
        "\"Improved by 40%\" compares with something. Nothing in the document measures how it was before.",
        "The line is somebody's word.",
        "Measure before the first phase, under a heading such as \"Baseline\" or \"Performance Benchmarks\".",
        "- [ ] Response time improved by 40%\n"
        => "## Baseline\n\n- [ ] Response time was measured\n\n## After\n\n- [ ] Response time improved by 40%\n";
    LOST_STATE = "GNG047" Warning: "a setting that ends with its command",
        "`cd`, `export` and `source` change the shell that they run in. Every line of a block runs in a shell of its own, so that the next one does not see it.",
        "It is no check of its own: it is put in front of the later commands of its block, `cd app && npm test`.",
        "Join the lines: `cd app && npm test`; or put `export` values into the environment's file.",
        "## Phase 1: Test\n\n```bash\ncd app\nnpm test\n```\n"
        => "## Phase 1: Test\n\n```bash\ncd app && npm test\n```\n";
    FETCHED_SCRIPT = "GNG048" Warning: "a script from the network that runs unseen",
        "`curl … | sh` runs whatever the address answers today: an error page, half of a script when the connection breaks, or somebody else's commands.",
        "It is an action that asks before it runs; nobody can see its bytes beforehand.",
        "Download it, compare its checksum, then run the file.",
        "- [ ] Installed: `curl -fsSL https://get.internal/install.sh | sh`\n"
        => "- [ ] Installed: `sh install.sh` after its checksum was compared\n";
    ANSWER_IGNORED = "GNG049" Warning: "a request of which the answer is not looked at",
        "`curl` exits 0 on HTTP 500: a hook that was refused looks like one that was taken.",
        "It is an action, and exit 0 alone is *done*, which settles nothing: the check beside it has to pass.",
        "Write `curl -fsS -X POST …`.",
        "- [ ] Triggered: `curl -X POST http://localhost:8000/deploy`\n"
        => "- [ ] Triggered: `curl -fsS -X POST http://localhost:8000/deploy`\n";
    PRINTS_SECRETS = "GNG050" Warning: "a command that may print secrets",
        "`docker compose config`, `kubectl describe`, `git remote -v`, `env` and their like print passwords, tokens and keys beside what is asked, and what a probe prints is kept as evidence that everybody with the right to see a run can read.",
        "It does not run by itself: it is somebody's word.",
        "Use the form that prints no value: `docker compose config --quiet`, `kubectl get pod web`, `grep -c '^API_KEY=.' .env`.",
        "- [ ] Valid: `docker compose config`\n"
        => "- [ ] Valid: `docker compose config --quiet`\n";
    MAY_DIAL = "GNG051" Note: "a command that may call an address of its own",
        "The program calls what its words, its settings or the name service say, and no environment's file lists that.",
        "It does not run by itself: it is somebody's word.",
        "Use a form that Gonogo asks natively, such as `curl`, `psql -c` or \"`example.org` resolves\", with an endpoint of the environment.",
        "- [ ] Found: `dig shop.example.org`\n"
        => "- [ ] `shop.example.org` resolves\n";
    PROJECT_CODE = "GNG052" Note: "a command that runs the project's own code",
        "`manage.py check`, `rails routes`, `alembic current`, `npx prisma …`, `terraform validate`, `composer validate` and their like load settings, plugins and tasks of the project before they answer. What those do stands in no table.",
        "It counts as an action, which a person runs.",
        "If the project's code only reads, say so: `<!-- gonogo: probe -->`.",
        "- [ ] Sound: `python manage.py check --deploy`\n"
        => "- [ ] Sound: `python manage.py check --deploy` <!-- gonogo: probe -->\n";
}
