//! Gonogo's load beside wrk and hey against one server whose delays are known: `load [wrk] [hey]`, the programs to compare with.
//!
//! The three run one after the other, each for as long and through as many connections; the server is a process of its own
//! (`load serve NUMBER`) and begins anew for each. wrk and hey ask again when they are answered, as is their way; hey is held to
//! the rate. The closed form is what an open load of that rate must meet.

use domain::environment::{Class, Endpoint, Environment, Load, LoadEndpoint, LoadMethod};
use domain::load::{LoadPlan, LoadProgress};
use known::{Delays, Manner, Stall, quantile, serve};
use probe::{CancellationToken, Context, Prober, Site};
use std::collections::BTreeMap;
use std::error::Error;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

#[path = "../tests/it/load/known.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod known;

const RATE: u32 = 1_000;
const WARM_UP: u32 = 2;
const SECONDS: u32 = 8;
const CONNECTIONS: u32 = 400;

type Failed = Box<dyn Error + Send + Sync>;

/// p50, p95 and p99 in milliseconds, and what else there is to say.
type Row = ([f64; 3], String);

fn settings() -> [(&'static str, Manner); 3] {
    let ms = Duration::from_millis;
    let manner = |delays, stall| Manner { delays, stall };
    let at = u64::from(RATE * (WARM_UP + SECONDS / 2));
    let stall = Some(Stall { at, lasts: ms(300) });
    [
        ("5 to 30 ms", manner(Delays::Between(ms(5), ms(30)), None)),
        (
            "5 ms, of 8 % 50 ms",
            manner(Delays::Mixed(ms(5), ms(50), 0.08), None),
        ),
        (
            "5 ms, and stands still for 300 ms",
            manner(Delays::Constant(ms(5)), stall),
        ),
    ]
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, number] = words.as_slice()
        && word == "serve"
    {
        let (_, manner) = settings()[number.parse::<usize>()?];
        println!("{}", serve(manner));
        std::io::stdin().read_line(&mut String::new())?;
        return Ok(());
    }
    println!(
        "{RATE} requests a second for {SECONDS} s; latencies in ms, and how far they are from the closed form"
    );
    for (number, (name, manner)) in settings().into_iter().enumerate() {
        let (requests, skip) = (u64::from(RATE * (WARM_UP + SECONDS)), u64::from(RATE * WARM_UP));
        let latencies = manner.latencies(RATE, requests, skip, CONNECTIONS as usize);
        let wanted = [0.5, 0.95, 0.99].map(|share| quantile(&latencies, share).as_secs_f64() * 1_000.0);
        println!("\n{name}");
        println!("  {:<12} {:>18} {:>18} {:>18}", "", "p50", "p95", "p99");
        told("closed form", wanted, &(wanted, String::new()));
        told("gonogo", wanted, &gonogo(number).await?);
        for rival in &words {
            let (_server, address) = server(number).await?;
            let row = match rival.rsplit('/').next() {
                Some("wrk") => wrk(rival, &address).await,
                _ => hey(rival, &address).await,
            };
            match row {
                Ok(row) => told(rival.rsplit('/').next().unwrap_or(rival), wanted, &row),
                Err(why) => println!("  {rival}: {why}"),
            }
        }
    }
    Ok(())
}

fn told(name: &str, wanted: [f64; 3], (found, more): &Row) {
    let cells = found.iter().zip(wanted).map(|(found, wanted)| {
        let off = (found - wanted) / wanted * 100.0;
        format!("{:>18}", format!("{found:.2} ({off:+.1} %)"))
    });
    println!("  {name:<12} {} {more}", cells.collect::<Vec<_>>().join(" "));
}

async fn server(number: usize) -> Result<(Child, String), Failed> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["serve", &number.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?)
        .read_line(&mut line)
        .await?;
    Ok((child, line.trim().to_owned()))
}

async fn gonogo(number: usize) -> Result<Row, Failed> {
    let (_server, address) = server(number).await?;
    let environment = Environment {
        name: "load".to_owned(),
        title: String::new(),
        class: Class::Development,
        work_directory: std::env::temp_dir().display().to_string(),
        parameters: BTreeMap::new(),
        endpoints: vec![Endpoint {
            name: "api".to_owned(),
            url: format!("http://{address}"),
            replaces: Vec::new(),
        }],
        kubernetes: None,
        load: None,
        windows: Default::default(),
        latency: None,
        paths: Vec::new(),
        variables: BTreeMap::new(),
        secrets: BTreeMap::new(),
        shell: vec!["bash".to_owned(), "-c".to_owned()],
        action_minutes: None,
        keep_images: false,
        automatic_rollback: None,
        webhooks: Vec::new(),
        served_by: Vec::new(),
        published: Vec::new(),
    };
    let load = Load {
        rate: RATE,
        seconds: SECONDS,
        warm_up_seconds: WARM_UP,
        concurrency: CONNECTIONS,
        timeout_seconds: 5,
        endpoints: vec![LoadEndpoint {
            endpoint: "api".to_owned(),
            path: "/".to_owned(),
            weight: 1,
            method: LoadMethod::Get,
        }],
    };
    let prober = Prober::new(Context::of_this_machine(&|_| None));
    let site = Site::open(environment, &|_| None)?;
    let (progress, _) = watch::channel(LoadProgress::default());
    let plan = LoadPlan { load, seed: 1 };
    let result = prober
        .load(&plan, &site, CancellationToken::new(), &progress)
        .await?;
    let latency = result.overall.latency.ok_or("nothing was answered")?;
    let lag = result.lag.ok_or("nothing was sent")?;
    let quantiles = [latency.p50_us, latency.p95_us, latency.p99_us].map(|us| us as f64 / 1_000.0);
    let invalid: String = result
        .invalid
        .iter()
        .map(|why| format!("; not valid: {why}"))
        .collect();
    let more = format!(
        "{} answered, {} errors, send lag p50 {} µs, p99 {} µs{invalid}",
        result.overall.answered,
        result.overall.errors.count(),
        lag.p50_us,
        lag.p99_us
    );
    Ok((quantiles, more))
}

/// What a program prints.
async fn output(program: &str, arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

/// It has no rate: it asks through so few connections that they come to about the rate at the mean delay.
async fn wrk(program: &str, address: &str) -> Result<Row, Failed> {
    let script = std::env::temp_dir().join(format!("gonogo-wrk-{}.lua", std::process::id()));
    let told = "done = function(s, l, r) io.write(string.format('\\nquantiles %f %f %f %d\\n', l:percentile(50), \
                l:percentile(95), l:percentile(99), s.requests)) end\n";
    std::fs::write(&script, told)?;
    let duration = format!("{}s", WARM_UP + SECONDS);
    let url = format!("http://{address}/");
    let said = output(
        program,
        &[
            "-t1",
            "-c8",
            "-d",
            &duration,
            "-s",
            &script.display().to_string(),
            &url,
        ],
    )
    .await;
    std::fs::remove_file(&script)?;
    let said = said?;
    let line = said.lines().find_map(|line| line.strip_prefix("quantiles "));
    let numbers: Vec<f64> = line
        .ok_or("no quantiles")?
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let [p50, p95, p99, requests] = numbers.as_slice() else {
        return Err("not four numbers".into());
    };
    let more = format!("{requests:.0} answered, closed loop of 8 connections, warm-up included");
    Ok(([p50, p95, p99].map(|us| us / 1_000.0), more))
}

async fn hey(program: &str, address: &str) -> Result<Row, Failed> {
    let duration = format!("{}s", WARM_UP + SECONDS);
    let each = (RATE / 50).to_string();
    let url = format!("http://{address}/");
    let said = output(
        program,
        &["-z", &duration, "-c", "50", "-q", &each, "-o", "csv", &url],
    )
    .await?;
    let mut took: Vec<Duration> = said
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next()?.parse().ok().map(Duration::from_secs_f64))
        .collect();
    if took.is_empty() {
        return Err("no answers".into());
    }
    took.sort();
    let quantiles = [0.5, 0.95, 0.99].map(|share| quantile(&took, share).as_secs_f64() * 1_000.0);
    let more = format!(
        "{} answered, 50 workers of {each} a second, warm-up included",
        took.len()
    );
    Ok((quantiles, more))
}
