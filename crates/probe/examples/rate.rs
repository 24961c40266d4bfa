//! How many probes a second, and how late they begin: `rate [PER_SECOND]`.
//!
//! Two measurements, in rounds. The closed loop asks as much at once as a prober allows, and counts. The open loop has a
//! schedule of so many probes a second, in which each is due at its time whatever became of those before it; its lag is
//! from then until it began. The open loop runs with and without a target that takes connections and never answers, in
//! the order A B B A; only the other targets' lags count. The targets are a process of their own (`rate serve`).

use domain::environment::{Class, Endpoint, Environment};
use domain::probe::{HttpProbe, ProbeSpec, RedisProbe, RedisQuestion, StatusRule};
use domain::verdict::{Finding, Verdict};
use probe::{CancellationToken, Context, Prober, Site};
use std::collections::BTreeMap;
use std::error::Error;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

const ROUNDS: usize = 20;
const CLOSED: Duration = Duration::from_millis(500);
const OPEN: Duration = Duration::from_secs(1);
/// Targets that answer. At eight probes against one at once, as many as a prober's 64 need and some more.
const TARGETS: usize = 16;
/// Of so many probes in the schedule one more is for the target that hangs.
const HANGS_ONCE_IN: usize = 50;

const GOAL_PER_SECOND: f64 = 5_000.0;
const GOAL_LAG_MS: f64 = 10.0;

type Failed = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<ExitCode, Failed> {
    let word = std::env::args().nth(1);
    if word.as_deref() == Some("serve") {
        return serve().await;
    }
    let per_second = word.map_or(Ok(GOAL_PER_SECOND), |word| word.parse())?;
    let bench = Arc::new(Bench::start().await?);
    let (http, redis) = (bench.all(Bench::http), bench.all(Bench::redis));
    let (mut counted, mut lags) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    bench.closed(&http).await?;
    bench.open(&http, per_second, true).await?;
    for round in 0..ROUNDS {
        for (specs, counted) in [&http, &redis].into_iter().zip(&mut counted) {
            counted.push(bench.closed(specs).await?);
        }
        let calm_first = round % 2 == 0;
        for hangs in [!calm_first, calm_first] {
            lags[usize::from(hangs)].extend(bench.open(&http, per_second, hangs).await?);
        }
    }
    let [http, redis] = counted;
    report_closed("GET, connections kept", &http);
    report_closed("Redis PING, a connection each", &redis);
    let [calm, hung] = lags.map(sorted);
    report_open(per_second, &calm, &hung);
    Ok(ExitCode::SUCCESS)
}

// ---- the targets -----------------------------------------------------------------------------------------------------

/// Prints the ports of the targets, the one that hangs last, and serves until its standard input ends.
async fn serve() -> Result<ExitCode, Failed> {
    let mut ports = Vec::new();
    for number in 0..=TARGETS {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        ports.push(listener.local_addr()?.port().to_string());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, number < TARGETS));
            }
        });
    }
    println!("{}", ports.join(" "));
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await??;
    Ok(ExitCode::SUCCESS)
}

/// Answers a command of Redis's protocol with PONG and anything else with a page; each arrives in one piece here.
async fn converse(mut stream: TcpStream, answers: bool) {
    const PAGE: &[u8] =
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"status\":\"ok\"}";
    let mut piece = [0; 4096];
    while let Ok(1..) = stream.read(&mut piece).await {
        let answer: &[u8] = if piece[0] == b'*' { b"+PONG\r\n" } else { PAGE };
        if answers && stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

// ---- the prober ------------------------------------------------------------------------------------------------------

struct Bench {
    prober: Prober,
    site: Site,
    at_once: usize,
    /// When the prober's clock showed the beginning of 1970: it never jumps.
    began: Instant,
    targets: Child,
}

/// What the closed loop counted.
struct Counted {
    per_second: f64,
    /// Processor seconds in a thousand probes: the prober's and the targets'.
    cpu: [f64; 2],
}

impl Bench {
    async fn start() -> Result<Self, Failed> {
        let mut targets = Command::new(std::env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut ports = String::new();
        BufReader::new(targets.stdout.take().ok_or("no output")?)
            .read_line(&mut ports)
            .await?;
        let endpoints = ports.split_whitespace().enumerate().flat_map(|(number, port)| {
            let of = |name: String, scheme: &str| Endpoint {
                url: format!("{scheme}://127.0.0.1:{port}"),
                replaces: vec![format!("{name}:1")],
                name,
            };
            [
                of(format!("http{number}"), "http"),
                of(format!("redis{number}"), "redis"),
            ]
        });
        let environment = Environment {
            name: "rate".to_owned(),
            title: String::new(),
            class: Class::Development,
            work_directory: std::env::temp_dir().display().to_string(),
            parameters: BTreeMap::new(),
            endpoints: endpoints.collect(),
            kubernetes: None,
            load: None,
            windows: Default::default(),
            latency: None,
            paths: Vec::new(),
            variables: BTreeMap::new(),
            secrets: BTreeMap::new(),
            shell: vec!["bash".to_owned(), "-c".to_owned()],
            action_minutes: None,
            published: Vec::new(),
            served_by: Vec::new(),
            keep_images: false,
            automatic_rollback: None,
            webhooks: Vec::new(),
        };
        let began = Instant::now();
        let context = Context {
            clock: Arc::new(move || chrono::DateTime::UNIX_EPOCH + began.elapsed()),
            ..Context::of_this_machine(&|_| None)
        };
        Ok(Self {
            at_once: context.at_once,
            prober: Prober::new(context),
            site: Site::open(environment, &|_| None)?,
            began,
            targets,
        })
    }

    fn all(&self, of: fn(usize) -> ProbeSpec) -> Arc<[ProbeSpec]> {
        (0..TARGETS).map(of).collect()
    }

    fn http(target: usize) -> ProbeSpec {
        ProbeSpec::Http(HttpProbe {
            url: format!("http://http{target}:1/health"),
            status: StatusRule::Success,
            body: Vec::new(),
            filters: Vec::new(),
            within_ms: None,
            secure_or_loopback: false,
            headers: Vec::new(),
            response: Vec::new(),
        })
    }

    fn redis(target: usize) -> ProbeSpec {
        ProbeSpec::Redis(RedisProbe {
            address: Some(format!("redis{target}:1")),
            question: RedisQuestion::Ping,
        })
    }

    async fn probe(&self, spec: &ProbeSpec, cancel: CancellationToken) -> Result<Finding, Failed> {
        let finding = self.prober.probe(spec, &self.site, cancel).await;
        match finding.verdict {
            Verdict::Pass => Ok(finding),
            _ => Err(format!("nothing was measured: {}", finding.reason).into()),
        }
    }

    /// As many at once as the prober allows, each after another.
    async fn closed(self: &Arc<Self>, specs: &Arc<[ProbeSpec]>) -> Result<Counted, Failed> {
        let (before, start) = (self.cpu()?, Instant::now());
        let mut asking = JoinSet::new();
        for worker in 0..self.at_once {
            let (bench, specs) = (Arc::clone(self), Arc::clone(specs));
            asking.spawn(async move {
                let mut count = 0_u32;
                while start.elapsed() < CLOSED {
                    bench
                        .probe(&specs[worker % TARGETS], CancellationToken::new())
                        .await?;
                    count += 1;
                }
                Ok::<u32, Failed>(count)
            });
        }
        let mut count = 0.0;
        while let Some(asked) = asking.join_next().await {
            count += f64::from(asked??);
        }
        let (took, after) = (start.elapsed(), self.cpu()?);
        Ok(Counted {
            per_second: count / took.as_secs_f64(),
            cpu: [0, 1].map(|whose: usize| (after[whose] - before[whose]) * 1000.0 / count),
        })
    }

    /// The lags in milliseconds, in no order.
    async fn open(
        self: &Arc<Self>,
        specs: &Arc<[ProbeSpec]>,
        per_second: f64,
        hangs: bool,
    ) -> Result<Vec<f64>, Failed> {
        let (start, end) = (Instant::now(), CancellationToken::new());
        let (mut asking, mut hanging) = (JoinSet::new(), JoinSet::new());
        let every = Duration::from_secs_f64(1.0 / per_second);
        for (number, due) in (0_u32..)
            .map(|number| (number as usize, start + every * number))
            .take_while(|(_, due)| *due < start + OPEN)
        {
            if due > Instant::now() {
                sleep_until(due).await;
            }
            let (bench, specs) = (Arc::clone(self), Arc::clone(specs));
            asking.spawn(async move {
                let finding = bench
                    .probe(&specs[number % TARGETS], CancellationToken::new())
                    .await?;
                let began = (finding.evidence.at - chrono::DateTime::UNIX_EPOCH).to_std()?;
                Ok::<f64, Failed>(began.saturating_sub(due - bench.began).as_secs_f64() * 1000.0)
            });
            if hangs && number % HANGS_ONCE_IN == 0 {
                let (bench, end) = (Arc::clone(self), end.clone());
                hanging
                    .spawn(async move { bench.prober.probe(&Self::http(TARGETS), &bench.site, end).await });
            }
        }
        let mut lags = Vec::new();
        while let Some(lag) = asking.join_next().await {
            lags.push(lag??);
        }
        end.cancel();
        while let Some(finding) = hanging.join_next().await {
            if finding?.verdict == Verdict::Pass {
                return Err("the target that hangs has answered".into());
            }
        }
        Ok(lags)
    }

    /// Processor seconds so far: this process's and the targets'.
    fn cpu(&self) -> Result<[f64; 2], Failed> {
        let targets = self.targets.id().ok_or("the targets have ended")?;
        Ok([cpu_of("self")?, cpu_of(&targets.to_string())?])
    }
}

/// proc(5): user and system time are the twelfth and thirteenth fields after the name, in hundredths of a second.
fn cpu_of(process: &str) -> Result<f64, Failed> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, after) = stat.rsplit_once(')').ok_or("no name")?;
    let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / 100.0)
}

// ---- the report ------------------------------------------------------------------------------------------------------

fn report_closed(what: &str, counted: &[Counted]) {
    let middle = |of: fn(&Counted) -> f64| at(&sorted(counted.iter().map(of).collect()), 0.5);
    let per_second = middle(|counted| counted.per_second);
    println!(
        "{what}: median {per_second:.0} probes/s, goal at least {GOAL_PER_SECOND}: {}; processor {:.3} s for 1,000 (and the target's {:.3} s)",
        short(GOAL_PER_SECOND, per_second),
        middle(|counted| counted.cpu[0]),
        middle(|counted| counted.cpu[1]),
    );
}

fn report_open(per_second: f64, calm: &[f64], hung: &[f64]) {
    report_lag(&format!("start lag at {per_second}/s"), calm);
    report_lag("start lag beside a target that hangs", hung);
    let p99 = at(calm, 0.99);
    for (what, figure) in [
        ("start lag", p99),
        ("delay by a target that hangs", at(hung, 0.99) - p99),
    ] {
        let met = short(figure, GOAL_LAG_MS);
        println!("{what}: p99 {figure:.2} ms, goal at most {GOAL_LAG_MS} ms: {met}");
    }
}

fn report_lag(what: &str, lags: &[f64]) {
    let [half, most, nearly, all] = [0.5, 0.9, 0.99, 1.0].map(|share| at(lags, share));
    println!(
        "{what}: p50 {half:.2} ms, p90 {most:.2} ms, p99 {nearly:.2} ms, longest {all:.2} ms ({} probes)",
        lags.len()
    );
}

fn short(figure: f64, bound: f64) -> String {
    if figure <= bound {
        "met".to_owned()
    } else {
        format!("not yet, {:.1}x short", figure / bound)
    }
}

fn sorted(mut figures: Vec<f64>) -> Vec<f64> {
    figures.sort_by(f64::total_cmp);
    figures
}

/// The figure that this share of all does not exceed (nearest rank).
fn at(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}
